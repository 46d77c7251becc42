using FastPath.Cli.Bench.Measuring;
using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Cli.Bench.Scale;

/// <summary>Streams that are open and say nothing, after one byte that has been read; their readers wait for the next.</summary>
internal static class IdleStreams
{
    // What a stream keeps for speed is given back at the node's next look at it, half a second later at most.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    /// <returns>Bytes that both ends of one stream keep.</returns>
    public static async Task<double> MeasureAsync(FastPathOptions options, int streams, CancellationToken cancellationToken)
    {
        await using FastPathNode receiver = RawNodes.Start(options);
        await using FastPathNode sender = RawNodes.Start(options);
        FastPathPeer peer = await RawNodes.ConnectAsync(sender, receiver.Address, cancellationToken).ConfigureAwait(false);
        await using IAsyncEnumerator<StreamHandle> arrivals =
            receiver.AcceptStreamsAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        var ends = new List<(OutgoingStream Out, StreamHandle In, Task<ReadOnlyMemory<byte>> Read)>(streams + 1);

        // One first, so that what is made once for all is there.
        await OpenAsync().ConfigureAwait(false);
        await Task.Delay(Rest, cancellationToken).ConfigureAwait(false);
        Footprint before = Footprint.Take(receiver, sender);
        for (int i = 0; i < streams; i++)
        {
            await OpenAsync().ConfigureAwait(false);
        }

        await Task.Delay(Rest, cancellationToken).ConfigureAwait(false);
        double each = Footprint.Take(receiver, sender).Per(streams, before).Managed;
        foreach ((OutgoingStream outgoing, StreamHandle incoming, Task<ReadOnlyMemory<byte>> read) in ends)
        {
            await outgoing.CompleteAsync(cancellationToken).ConfigureAwait(false);
            await read.ConfigureAwait(false);
            await outgoing.DisposeAsync().ConfigureAwait(false);
            incoming.Dispose();
        }

        return each;

        async Task OpenAsync()
        {
            OutgoingStream outgoing = peer.OpenStream();
            await outgoing.WriteAsync(Payload.At(0, 1), cancellationToken).ConfigureAwait(false);
            await arrivals.MoveNextAsync().ConfigureAwait(false);
            StreamHandle incoming = arrivals.Current;
            await incoming.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            ends.Add((outgoing, incoming, incoming.ReadAvailableAsync(cancellationToken).AsTask()));
        }
    }
}
