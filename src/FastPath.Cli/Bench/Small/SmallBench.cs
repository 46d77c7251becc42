using System.Diagnostics;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Options;

namespace FastPath.Cli.Bench.Small;

/// <summary>Requests that one node sends and another answers with the same bytes.</summary>
internal static class SmallBench
{
    private const int WarmUps = 2_000;

    public static async Task<SmallReport> RunAsync(
        FastPathOptions options, int size, int count, int concurrency, CancellationToken cancellationToken)
    {
        await using FastPathNode server = RawNodes.Start(options with
        {
            RequestHandler = (_, request, _) => ValueTask.FromResult(request),
        });
        await using FastPathNode client = RawNodes.Start(options);
        FastPathPeer peer = await RawNodes.ConnectAsync(client, server.Address, cancellationToken).ConfigureAwait(false);
        await AskAsync(peer, size, Math.Min(WarmUps, count), concurrency, cancellationToken).ConfigureAwait(false);
        FastPathNode[] nodes = [client, server];
        Usage before = Usage.Of(nodes);
        RequestTimes times = await AskAsync(peer, size, count, concurrency, cancellationToken).ConfigureAwait(false);
        Usage usage = Usage.Of(nodes) - before;
        double[] echoes = SealedEcho.Measure(
            options.Engine, peer.Cipher, size, count, concurrency, out double perSecond);
        return new SmallReport(
            Document.Create(client, peer), size, count, concurrency, times, new RequestTimes(echoes, perSecond), usage);
    }

    private static async Task<RequestTimes> AskAsync(
        FastPathPeer peer, int size, int count, int concurrency, CancellationToken cancellationToken)
    {
        double[] microseconds = new double[count];
        int next = -1;
        long start = Stopwatch.GetTimestamp();
        if (concurrency == 1)
        {
            await AskInTurnAsync().ConfigureAwait(false);
        }
        else
        {
            await Task.WhenAll(
                Enumerable.Range(0, concurrency).Select(_ => Task.Run(AskInTurnAsync, cancellationToken))).ConfigureAwait(false);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(microseconds);
        return new RequestTimes(microseconds, count / seconds);

        async Task AskInTurnAsync()
        {
            ReadOnlyMemory<byte> request = Payload.At(0, size);
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                long sentAt = Stopwatch.GetTimestamp();
                ReadOnlyMemory<byte> answer = await peer.RequestAsync(request, cancellationToken).ConfigureAwait(false);
                microseconds[i] = Stopwatch.GetElapsedTime(sentAt).TotalMicroseconds;
                if (!answer.Span.SequenceEqual(request.Span))
                {
                    throw new InvalidDataException("the answer is not the request");
                }
            }
        }
    }
}
