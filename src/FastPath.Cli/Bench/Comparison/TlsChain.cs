using System.Diagnostics;
using FastPath.Cli.Bench.Chains;
using FastPath.Cli.Bench.Measuring;

namespace FastPath.Cli.Bench.Comparison;

/// <summary>The same chain of TLS connections over TCP: each relay writes on what it has read, as it comes.</summary>
internal sealed class TlsChain : IAsyncDisposable
{
    private const int RelayBufferBytes = 64 * 1_024;

    private readonly List<Stream> _outbound = [];
    private readonly List<Stream> _inbound = [];
    private readonly List<Task> _relaying = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(Payload.BlockBytes, pinned: true);

    private TlsChain()
    {
    }

    public static async Task<TlsChain> ConnectAsync(int hops, CancellationToken cancellationToken)
    {
        var chain = new TlsChain();
        try
        {
            for (int i = 0; i < hops; i++)
            {
                using var sink = new SocketSink(isSecure: true);
                Task<Stream> accepting = sink.AcceptAsync(cancellationToken);
                chain._outbound.Add(await SocketSource.ConnectAsync(true, sink.Port, cancellationToken).ConfigureAwait(false));
                chain._inbound.Add(await accepting.ConfigureAwait(false));
            }

            for (int i = 1; i < hops; i++)
            {
                Stream from = chain._inbound[i - 1];
                Stream to = chain._outbound[i];
                chain._relaying.Add(Task.Run(() => RelayAsync(from, to), cancellationToken));
            }

            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<ChainTransfer> TransferAsync(long bytes, CancellationToken cancellationToken)
    {
        Task<(long First, long End)> reading = Task.Run(() => ReadAsync(bytes, cancellationToken), cancellationToken);
        long start = Stopwatch.GetTimestamp();
        await SocketSource.WriteAsync(_outbound[0], bytes, cancellationToken).ConfigureAwait(false);
        (long first, long end) = await reading.ConfigureAwait(false);
        double firstByte = Stopwatch.GetElapsedTime(start, first).TotalMicroseconds;
        return new ChainTransfer(firstByte, firstByte, Stopwatch.GetElapsedTime(start, end).TotalSeconds);
    }

    public async ValueTask DisposeAsync()
    {
        // Each relay ends when its source does.
        foreach (Stream stream in _outbound.Take(1))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(_relaying).ConfigureAwait(false);
        foreach (Stream stream in _outbound.Skip(1).Concat(_inbound))
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task RelayAsync(Stream from, Stream to)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(RelayBufferBytes, pinned: true);
        try
        {
            for (int count; (count = await from.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                await to.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The far end was closed first.
        }

        await to.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<(long First, long End)> ReadAsync(long bytes, CancellationToken cancellationToken)
    {
        long first = 0;
        for (long left = bytes; left > 0;)
        {
            int count = await _inbound[^1].ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
            first = first == 0 ? Stopwatch.GetTimestamp() : first;
            left = count > 0 ? left - count : throw new EndOfStreamException("the chain ended early");
        }

        return (first, Stopwatch.GetTimestamp());
    }
}
