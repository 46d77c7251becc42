using System.Diagnostics;
using FastPath.Cli.Bench.Measuring;
using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Cli.Bench.Chains;

/// <summary>Nodes of this process in a row: an origin, relays that pass every stream on unread, and a destination.</summary>
internal sealed class NodeChain : IAsyncDisposable
{
    private readonly List<FastPathNode> _nodes = [];
    private readonly List<FastPathPeer> _next = [];
    private FastPathPeer[][] _routes = [];
    private IAsyncEnumerator<StreamHandle> _arrivals = null!;

    private NodeChain()
    {
    }

    public IReadOnlyList<FastPathNode> Nodes => _nodes;

    public IEnumerable<FastPathNode> Relays => _nodes.Skip(1).SkipLast(1);

    public FastPathPeer First => _next[0];

    /// <param name="options">Of every node.</param>
    /// <param name="hops">Links: one more node than that.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<NodeChain> StartAsync(FastPathOptions options, int hops, CancellationToken cancellationToken)
    {
        var chain = new NodeChain();
        try
        {
            for (int i = 0; i <= hops; i++)
            {
                int number = i;
                chain._nodes.Add(RawNodes.Start(i == 0 || i == hops
                    ? options
                    : options with { StreamRoute = (_, _) => chain._routes[number] }));
            }

            for (int i = 0; i < hops; i++)
            {
                chain._next.Add(await RawNodes.ConnectAsync(
                    chain._nodes[i], chain._nodes[i + 1].Address, cancellationToken).ConfigureAwait(false));
            }

            chain._routes = [.. chain._next.Select(next => (FastPathPeer[])[next])];
            chain._arrivals = chain._nodes[^1].AcceptStreamsAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Moves so many bytes from the first node to the last.</summary>
    public async Task<ChainTransfer> TransferAsync(long bytes, CancellationToken cancellationToken)
    {
        Task<(long First, long End)> reading = ReadAsync(bytes, cancellationToken);
        long called = Stopwatch.GetTimestamp();
        await using OutgoingStream stream = First.OpenStream(totalLength: bytes);
        for (long offset = 0; offset < bytes;)
        {
            ReadOnlyMemory<byte> part = Payload.At(offset, bytes - offset);
            await stream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            offset += part.Length;
        }

        await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
        (long first, long end) = await reading.ConfigureAwait(false);
        double opened = stream.Writer.Targets[0].OpenedAt.Nanoseconds;
        return new ChainTransfer(
            ((first * (1e9 / Stopwatch.Frequency)) - opened) / 1_000,
            Stopwatch.GetElapsedTime(called, first).TotalMicroseconds,
            Stopwatch.GetElapsedTime(called, end).TotalSeconds);
    }

    public void ResetPeaks() => _nodes.ForEach(node => node.Host.ResetPeaks());

    public async ValueTask DisposeAsync()
    {
        foreach (FastPathNode node in _nodes)
        {
            await node.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<(long First, long End)> ReadAsync(long bytes, CancellationToken cancellationToken)
    {
        if (!await _arrivals.MoveNextAsync().ConfigureAwait(false))
        {
            throw new InvalidOperationException("the destination ended");
        }

        using StreamHandle stream = _arrivals.Current;
        long first = 0;
        long offset = 0;
        while (true)
        {
            ReadOnlyMemory<byte> part = await stream.ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            first = first == 0 ? Stopwatch.GetTimestamp() : first;
            if (part.IsEmpty)
            {
                return offset == bytes
                    ? (first, Stopwatch.GetTimestamp())
                    : throw new InvalidDataException($"{offset} bytes came, {bytes} were sent");
            }

            Payload.Check(offset, part.Span);
            offset += part.Length;
        }
    }
}
