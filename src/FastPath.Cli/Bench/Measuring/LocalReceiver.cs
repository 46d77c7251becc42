using System.Diagnostics;
using FastPath.Cli.Bench.Comparison;
using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Cli.Bench.Measuring;

/// <summary>Takes streams with nodes of this process, and TCP connections with a socket of it.</summary>
internal sealed class LocalReceiver : IReceivingSide
{
    // All streams of a run are opened at once.
    private const int AcceptBacklog = 1 << 16;

    private readonly List<FastPathNode> _nodes = [];
    private readonly List<IAsyncEnumerator<StreamHandle>> _streams = [];
    private Task<Receipt> _receipt = Task.FromException<Receipt>(new InvalidOperationException("nothing is expected"));

    /// <param name="options">Of every node.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="loops">Threads that they share; null for one each.</param>
    public LocalReceiver(FastPathOptions options, int nodes, int? loops)
    {
        FastPathLoops? shared = loops is { } threads ? new FastPathLoops(threads) : null;
        for (int i = 0; i < nodes; i++)
        {
            FastPathNode node = RawNodes.Start(options with { AcceptBacklog = AcceptBacklog, Loops = shared });
            _nodes.Add(node);
            _streams.Add(node.AcceptStreamsAsync().GetAsyncEnumerator());
        }
    }

    public IReadOnlyList<FastPathNode> Nodes => _nodes;

    public IReadOnlyList<PeerEndpoint> Addresses => [.. _nodes.Select(node => node.Address)];

    public bool IsOwnProcess => false;

    public Task ExpectStreamsAsync(int streams, long bytes, CancellationToken cancellationToken)
    {
        Usage before = Usage.Of(_nodes);
        _receipt = Task.Run(() => TakeStreamsAsync(before, streams, bytes, cancellationToken), cancellationToken);
        return Task.CompletedTask;
    }

    public Task<int> ExpectSocketAsync(bool isSecure, long bytes, CancellationToken cancellationToken)
    {
        var sink = new SocketSink(isSecure);
        Usage before = Usage.Of(_nodes);
        _receipt = Task.Run(
            async () =>
            {
                using SocketSink owned = sink;
                long endedAt = await sink.TakeAsync(bytes, cancellationToken).ConfigureAwait(false);
                return new Receipt(endedAt, Usage.Of(_nodes) - before, []);
            },
            cancellationToken);
        return Task.FromResult(sink.Port);
    }

    public Task<Receipt> TakeReceiptAsync(CancellationToken cancellationToken) => _receipt.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (FastPathNode node in _nodes)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }

        await ((Task)_receipt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (IAsyncEnumerator<StreamHandle> streams in _streams)
        {
            await streams.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task TakeAsync(StreamHandle stream, int number, double[] taken, CancellationToken cancellationToken)
    {
        using StreamHandle owned = stream;
        long offset = 0;
        while (true)
        {
            ReadOnlyMemory<byte> part = await stream.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            if (part.IsEmpty)
            {
                return;
            }

            Payload.Check(offset, part.Span);
            offset += part.Length;
            Volatile.Write(ref taken[number], offset);
        }
    }

    private async Task<Receipt> TakeStreamsAsync(Usage before, int streams, long bytes, CancellationToken cancellationToken)
    {
        double[] taken = new double[streams];
        var readers = new Task[streams];
        for (int i = 0; i < streams; i++)
        {
            IAsyncEnumerator<StreamHandle> ofNode = _streams[i % _streams.Count];
            if (!await ofNode.MoveNextAsync().ConfigureAwait(false))
            {
                throw new InvalidOperationException("a receiving node ended");
            }

            StreamHandle stream = ofNode.Current;
            int number = i;
            readers[i] = streams == 1
                ? TakeAsync(stream, number, taken, cancellationToken)
                : Task.Run(() => TakeAsync(stream, number, taken, cancellationToken), cancellationToken);
        }

        await Task.WhenAny(readers).ConfigureAwait(false);
        double[] shares = [.. taken];
        await Task.WhenAll(readers).ConfigureAwait(false);
        long endedAt = Stopwatch.GetTimestamp();
        Usage usage = Usage.Of(_nodes) - before;
        long total = (long)taken.Sum();
        return total == bytes
            ? new Receipt(endedAt, usage, shares)
            : throw new InvalidDataException($"{total} bytes came, {bytes} were sent");
    }
}
