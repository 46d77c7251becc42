using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>A source, a hub and some sinks, each connected to the hub.</summary>
internal sealed class NodeStar : IAsyncDisposable
{
    private readonly NodeLine _line;
    private readonly NodeLine[] _sinks;
    private readonly FastPathPeer[] _peers;

    private NodeStar(NodeLine line, NodeLine[] sinks, FastPathPeer[] peers)
    {
        _line = line;
        _sinks = sinks;
        _peers = peers;
    }

    public FastPathNode Source => _line[0];

    public FastPathNode Hub => _line[1];

    /// <summary>The hub as the source sees it.</summary>
    public FastPathPeer ToHub => _line.Right(0);

    /// <summary>The sinks as the hub sees them.</summary>
    public IReadOnlyList<FastPathPeer> ToSinks => _peers;

    public static async Task<NodeStar> StartAsync(int sinks)
    {
        NodeLine line = await NodeLine.StartAsync(2);
        NodeLine[] ends = await Task.WhenAll(Enumerable.Range(0, sinks).Select(_ => NodeLine.StartAsync(1)));
        FastPathPeer[] peers = await Task.WhenAll(ends.Select(end => line[1].ConnectAsync(end[0].Address).AsTask()));
        foreach (FastPathPeer peer in peers)
        {
            await peer.PingAsync();
        }

        return new NodeStar(line, ends, peers);
    }

    public Task<StreamHandle> AcceptAtHubAsync(CancellationToken cancellation = default) =>
        StreamReading.AcceptAsync(Hub, cancellation: cancellation);

    public Task<StreamHandle> AcceptAtSinkAsync(int sink, CancellationToken cancellation = default) =>
        StreamReading.AcceptAsync(_sinks[sink][0], cancellation: cancellation);

    /// <summary>Drops streams that nobody has accepted.</summary>
    public void DropWaiting()
    {
        foreach (FastPathNode node in (FastPathNode[])[Hub, .. _sinks.Select(sink => sink[0])])
        {
            while (node.Host.Accepted.TryRead(out StreamHandle? waiting))
            {
                waiting.Dispose();
            }
        }
    }

    public async Task AssertBaselineAsync()
    {
        await _line.AssertBaselineAsync();
        foreach (NodeLine sink in _sinks)
        {
            await sink.AssertBaselineAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeLine sink in _sinks)
        {
            await sink.DisposeAsync();
        }

        await _line.DisposeAsync();
    }
}
