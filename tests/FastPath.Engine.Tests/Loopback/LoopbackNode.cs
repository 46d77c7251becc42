using System.Net;
using System.Security.Cryptography;
using FastPath.Buffers.Datagrams;
using FastPath.Engine;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Recovery;
using FastPath.Sockets;

namespace FastPath.Engine.Tests.Loopback;

/// <summary>A node on a socket of the Linux engine, driven by a loop.</summary>
internal sealed class LoopbackNode : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly IDatagramSocket _socket = DatagramSocketFactory.Create(DatagramSocketKind.Linux, new IPEndPoint(IPAddress.Loopback, 0));

    /// <param name="algorithm">Paced and bounded even on the short path of loopback.</param>
    /// <param name="thread">Shared with others; null for one of its own.</param>
    public LoopbackNode(CongestionAlgorithm algorithm, ILoopThread? thread = null)
    {
        EndpointSettings settings = EndpointSettings.Default with
        {
            Connection = ConnectionSettings.Default with { Recovery = RecoverySettings.Default with { Congestion = algorithm } },
            BufferBudgetBytes = 16 * 1_024 * 1_024,
        };
        Endpoint = new Endpoint(settings, RandomNumberGenerator.GetBytes(32), new SystemRandom());
        Loop = new EngineLoop(new NodeCore(Endpoint, OperationSettings.Default, SinkHost.Create()), _socket, thread ?? new OwnLoopThread());
        Loop.Start();
    }

    /// <summary>To be touched on the loop alone.</summary>
    public Endpoint Endpoint { get; }

    public EngineLoop Loop { get; }

    public PeerAddress Address => _socket.LocalAddress;

    /// <summary>The thread that its tasks run on.</summary>
    public async Task<Thread> FindThreadAsync()
    {
        Thread? thread = null;
        await RunAsync(() => thread = Thread.CurrentThread);
        return thread!;
    }

    /// <summary>Dials a node at an address, which need not be its own, and waits for both to have confirmed it.</summary>
    public async Task ConnectAsync(LoopbackNode peer, PeerAddress address)
    {
        await RunAsync(() => Endpoint.Dial(MonotonicClock.Now, peer.Endpoint.PublicKey, address));
        await UntilAsync(() => Endpoint.Find(peer.Endpoint.PublicKey) is { IsConfirmed: true });
    }

    public Connection ConnectionTo(LoopbackNode peer) => Endpoint.Find(peer.Endpoint.PublicKey)!;

    /// <summary>Waits until something holds that is asked on the loop.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        bool holds = false;
        while (!holds)
        {
            limit.Token.ThrowIfCancellationRequested();
            await RunAsync(() => holds = condition());
        }
    }

    public async Task RunAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(_ =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        await done.Task.WaitAsync(Limit);
    }

    public void Dispose() => Loop.Dispose();
}
