using System.Net;
using FastPath.Identities;
using FastPath.Options;

namespace FastPath.Tests;

/// <summary>Nodes in a line on loopback, each connected to its neighbours, both ways for sure.</summary>
internal sealed class NodeLine : IAsyncDisposable
{
    private readonly List<FastPathNode> _nodes = [];
    private readonly List<FastPathPeer> _rights = [];

    public IReadOnlyList<FastPathNode> Nodes => _nodes;

    public FastPathNode this[int index] => _nodes[index];

    /// <summary>The connection of a node to its right neighbour.</summary>
    public FastPathPeer Right(int index) => _rights[index];

    public static async Task<NodeLine> StartAsync(int count, Func<int, FastPathOptions>? options = null)
    {
        var line = new NodeLine();
        for (int i = 0; i < count; i++)
        {
            line._nodes.Add(FastPathNode.Start(
                NodeIdentity.Create(), new IPEndPoint(IPAddress.Loopback, 0), options?.Invoke(i) ?? new FastPathOptions()));
        }

        for (int i = 0; i + 1 < count; i++)
        {
            line._rights.Add(await line._nodes[i].ConnectAsync(line._nodes[i + 1].Address));
            await line._rights[i].PingAsync();
        }

        return line;
    }

    /// <summary>Waits until nothing is held anywhere; every test ends here.</summary>
    public async Task AssertBaselineAsync()
    {
        foreach (FastPathNode node in _nodes)
        {
            var pool = node.Core.Endpoint.Pool;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while ((pool.RentedBytes, pool.ReservedBytes) != (0, 0))
            {
                Assert.False(limit.IsCancellationRequested, $"{pool.RentedBytes} bytes rented, {pool.ReservedBytes} reserved");
                await Task.Delay(5);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FastPathNode node in _nodes)
        {
            // One that hangs here is named, and the others are still tested.
            await node.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2));
        }
    }
}
