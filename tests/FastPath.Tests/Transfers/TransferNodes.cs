using System.Net;
using FastPath.Identities;
using FastPath.Options;

namespace FastPath.Tests.Transfers;

/// <summary>Nodes on loopback that are stopped and started again in the middle of transfers.</summary>
internal sealed class TransferNodes : IDisposable
{
    /// <summary>What may lie in windows and rings when a transfer breaks: no node has memory for more, however slow a reader is.</summary>
    public const long WindowBytes = 3_000_000;

    public static readonly RetryBudget Patient = new()
    {
        AttemptsWithoutProgress = 20,
        FirstPause = TimeSpan.FromMilliseconds(20),
        PauseMax = TimeSpan.FromMilliseconds(200),
    };

    private readonly List<FastPathNode> _nodes = [];

    /// <summary>Payload bytes that nodes had sent when they were stopped.</summary>
    public long SentByTheStopped { get; private set; }

    public FastPathNode Start(FastPathOptions options, NodeIdentity? identity = null, int port = 0)
    {
        FastPathNode node = FastPathNode.Start(
            identity ?? NodeIdentity.Create(),
            new IPEndPoint(IPAddress.Loopback, port),
            options with { BufferBudgetBytes = WindowBytes });
        _nodes.Add(node);
        return node;
    }

    public void Stop(FastPathNode node)
    {
        _nodes.Remove(node);
        node.DisposeAsync().AsTask().Wait();
        SentByTheStopped += node.Core.Endpoint.StreamCounters.PayloadBytesSent;
    }

    public FastPathNode Restart(FastPathNode node, NodeIdentity identity, FastPathOptions options)
    {
        int port = node.Address.EndPoint.Port;
        Stop(node);
        return Start(options, identity, port);
    }

    public void Dispose()
    {
        foreach (FastPathNode node in _nodes.ToArray())
        {
            Stop(node);
        }
    }
}
