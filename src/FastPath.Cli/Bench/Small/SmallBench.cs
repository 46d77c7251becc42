using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Options;

namespace FastPath.Cli.Bench.Small;

/// <summary>
/// Requests between nodes that stream, between nodes that do not, and a bare sealed echo: in short blocks by turns, so that
/// whatever else the machine does meets all three.
/// </summary>
internal static class SmallBench
{
    private const int RoundsMax = 40;
    private const int WarmUps = 2_000;

    /// <param name="options">Of the nodes that stream; the others differ in the stage alone.</param>
    /// <param name="size">Bytes of each request and its answer.</param>
    /// <param name="count">Requests of each kind.</param>
    /// <param name="concurrency">How many wait for their answer at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<SmallReport> RunAsync(
        FastPathOptions options, int size, int count, int concurrency, CancellationToken cancellationToken)
    {
        await using RequestPair on = await RequestPair.StartAsync(options, cancellationToken).ConfigureAwait(false);
        await using RequestPair off = await RequestPair.StartAsync(
            options with { Streaming = FastPathStreaming.Off }, cancellationToken).ConfigureAwait(false);
        int warmUps = Math.Min(WarmUps, count);
        await on.AskAsync(size, warmUps, concurrency, cancellationToken).ConfigureAwait(false);
        await off.AskAsync(size, warmUps, concurrency, cancellationToken).ConfigureAwait(false);
        Echo(warmUps);
        var rounds = new List<SmallRound>();
        Usage usage = default;
        int roundCount = Math.Clamp(count / concurrency, 1, RoundsMax);
        for (int i = 0; i < roundCount; i++)
        {
            int block = (int)(((long)count * (i + 1) / roundCount) - ((long)count * i / roundCount));
            RequestTimes[] times = new RequestTimes[3];
            for (int turn = 0; turn < times.Length; turn++)
            {
                // Each kind comes first, second and last equally often.
                int kind = (i + turn) % times.Length;
                if (kind == 0)
                {
                    Usage before = Usage.Of(on.Nodes);
                    times[kind] = await on.AskAsync(size, block, concurrency, cancellationToken).ConfigureAwait(false);
                    usage += Usage.Of(on.Nodes) - before;
                }
                else
                {
                    times[kind] = kind == 1
                        ? await off.AskAsync(size, block, concurrency, cancellationToken).ConfigureAwait(false)
                        : Echo(block);
                }
            }

            rounds.Add(new SmallRound(times[0], times[1], times[2]));
        }

        return new SmallReport(Document.Create(on.Client, on.Peer), size, concurrency, rounds, usage);

        RequestTimes Echo(int block)
        {
            double[] echoes = SealedEcho.Measure(options.Engine, on.Peer.Cipher, size, block, concurrency, out double perSecond);
            return new RequestTimes(echoes, echoes.Length / perSecond);
        }
    }
}
