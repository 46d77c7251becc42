using System.Buffers;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>What most tests of streams do.</summary>
internal static class StreamReading
{
    /// <summary>Only what hangs takes so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The next one; fails when none comes.</summary>
    public static async Task<StreamHandle> AcceptAsync(
        FastPathNode node, StreamReadOptions? options = null, CancellationToken cancellation = default)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await foreach (StreamHandle stream in node.AcceptStreamsAsync(options ?? StreamReadOptions.Default, either.Token))
            {
                return stream;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("no stream came");
        }

        throw new InvalidOperationException("the node was disposed");
    }

    public static async Task<byte[]> DrainAsync(StreamHandle stream)
    {
        using PooledPayload payload = await stream.ReadAllAsync(100_000_000);
        return payload.Sequence.ToArray();
    }

    /// <summary>Looks until it is so; fails after a while.</summary>
    public static async Task UntilAsync(Func<bool> isSo, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            Assert.False(limit.IsCancellationRequested, what);
            await Task.Delay(2);
        }
    }

    public static async Task<Exception?> FailureOf(Func<Task> act)
    {
        try
        {
            await act();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
