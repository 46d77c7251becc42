using System.Diagnostics;
using FastPath.Cli.Bench.Measuring;
using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Cli.Bench.Throughput;

/// <summary>A node that sends to many, over a connection each.</summary>
internal sealed class StreamSender : IAsyncDisposable
{
    private readonly List<FastPathPeer> _peers = [];

    private StreamSender(FastPathNode node) => Node = node;

    public FastPathNode Node { get; }

    public FastPathPeer Peer => _peers[0];

    public static async Task<StreamSender> ConnectAsync(
        FastPathOptions options, IEnumerable<PeerEndpoint> receivers, CancellationToken cancellationToken)
    {
        var sender = new StreamSender(RawNodes.Start(options));
        try
        {
            foreach (PeerEndpoint receiver in receivers)
            {
                sender._peers.Add(await RawNodes.ConnectAsync(sender.Node, receiver, cancellationToken).ConfigureAwait(false));
            }

            return sender;
        }
        catch
        {
            await sender.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends so many bytes on so many streams a connection, all at once, and waits for the receiver to have them.</summary>
    public async Task<ThroughputRun> RunAsync(
        IReceivingSide receiver, int streams, long bytes, CancellationToken cancellationToken)
    {
        int all = streams * _peers.Count;
        await receiver.ExpectStreamsAsync(all, bytes, cancellationToken).ConfigureAwait(false);
        IEnumerable<FastPathNode> nodes = receiver is LocalReceiver local ? [Node, .. local.Nodes] : [Node];
        Usage before = Usage.Of(nodes);
        long start = Stopwatch.GetTimestamp();
        if (all == 1)
        {
            await SendAsync(_peers[0], bytes, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Task.WhenAll(Enumerable.Range(0, all).Select(i => Task.Run(
                () => SendAsync(_peers[i % _peers.Count], (bytes / all) + (i < bytes % all ? 1 : 0), cancellationToken),
                cancellationToken))).ConfigureAwait(false);
        }

        Receipt receipt = await receiver.TakeReceiptAsync(cancellationToken).ConfigureAwait(false);
        Usage used = Usage.Of(nodes) - before;
        return new ThroughputRun(
            Stopwatch.GetElapsedTime(start, receipt.EndedAt).TotalSeconds,
            used,
            receiver.IsOwnProcess ? receipt.Usage : null,
            receipt.Shares);
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    private static async Task SendAsync(FastPathPeer peer, long bytes, CancellationToken cancellationToken)
    {
        await using OutgoingStream stream = peer.OpenStream(totalLength: bytes);
        for (long offset = 0; offset < bytes;)
        {
            ReadOnlyMemory<byte> part = Payload.At(offset, bytes - offset);
            await stream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            offset += part.Length;
        }

        await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
