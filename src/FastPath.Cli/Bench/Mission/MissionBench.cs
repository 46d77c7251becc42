using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Latency;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Bench.Small;
using FastPath.Cli.Demo;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using FastPath.Options;

namespace FastPath.Cli.Bench.Mission;

/// <summary>What streaming is for, measured one after the other: relay memory, first byte, short messages, old peers.</summary>
/// <param name="options">Of every node.</param>
/// <param name="runs">Contracts that are moved each way; short streams and sets of nodes in proportion.</param>
/// <param name="say">Told what is being measured.</param>
internal sealed class MissionBench(FastPathOptions options, int runs, Action<string> say)
{
    private const int Hops = 3;
    private const long ContractBytes = 10_000_000;
    private const long WarmUpBytes = 200_000;
    private const long StreamBytes = 64 * 1_024;
    private const int StreamsOfRun = 20;
    private const int SetsOfRun = 6;
    private const double MemoryRatioMin = 100;
    private const double FirstByteMicrosecondsMax = 1_000;
    private const double EchoRatioMax = 1.5;

    // What pairs of equals differ by here.
    private const double SlowerMax = 1.05;

    private static readonly int[] SmallSizes = [1_024, 16 * 1_024, 63 * 1_024];

    private readonly List<Goal> _goals = [];
    private readonly PairedBlocks _requests = new(runs * SetsOfRun, Block: 60, WarmUps: 100);
    private readonly PairedBlocks _gets = new(runs * SetsOfRun, Block: 12, WarmUps: 30);

    // Two threads that answer each other settle into a rhythm only after a while.
    private readonly PairedBlocks _echoes = new(runs * SetsOfRun, Block: 300, WarmUps: 600);

    public async Task<MissionReport> RunAsync(CancellationToken cancellationToken)
    {
        // First, while the process is as fresh as the echo's thread.
        (JsonObject document, PairedTimes echoes) = await AskBesideEchoAsync(cancellationToken).ConfigureAwait(false);
        await MoveContractsAsync(cancellationToken).ConfigureAwait(false);
        await TimeFirstBytesAsync(cancellationToken).ConfigureAwait(false);
        await AskAsync(echoes, cancellationToken).ConfigureAwait(false);
        await GetSmallContractsAsync(cancellationToken).ConfigureAwait(false);
        say("contracts to, from and through an old peer");
        (int served, int asked) = await OldPeers.ServeAsync(options, ContractBytes, cancellationToken).ConfigureAwait(false);
        _goals.Add(new Goal(
            "old_peers_served", "old peers served", served, asked, IsFloor: true, "0",
            $"puts and gets of {Sizes.Format(ContractBytes)}, the old peer at either end and between"));
        return new MissionReport(document, _goals);
    }

    private async Task MoveContractsAsync(CancellationToken cancellationToken)
    {
        say($"{Sizes.Format(ContractBytes)} over {Hops} hops, buffered and piped");
        List<DemoHalf> buffered = await MoveAsync(piped: false, cancellationToken).ConfigureAwait(false);
        List<DemoHalf> piped = await MoveAsync(piped: true, cancellationToken).ConfigureAwait(false);
        double bufferedPeak = Figures.Median(buffered.Select(half => Math.Min(half.RelayPeakBytes.Max(), 2.0 * ContractBytes)));
        double[] pipedPeaks = [.. piped.Select(half => (double)half.RelayPeakBytes.Max())];
        double median = Figures.Median(pipedPeaks);
        _goals.Add(new Goal(
            "relay_memory_ratio", "relay memory, buffered to piped", bufferedPeak / median, MemoryRatioMin, IsFloor: true, "0 times",
            $"{Sizes.Format((long)bufferedPeak)} to {Sizes.Format((long)median)} at the worse relay, median of {runs}; at worst {bufferedPeak / pipedPeaks[^1]:0} times"));
        AddFirstByte("contract_first_byte_us", Sizes.Format(ContractBytes), [.. piped.Select(half => half.FirstByteMicroseconds)]);
    }

    private async Task<List<DemoHalf>> MoveAsync(bool piped, CancellationToken cancellationToken)
    {
        var settings = new DemoSettings(ContractBytes, Hops, 0, 0, Seed: 1, options);
        await using DemoChain chain = await DemoChain.StartAsync(settings, piped, cancellationToken).ConfigureAwait(false);
        await chain.TransferAsync(new DemoContract(WarmUpBytes, ulong.MaxValue), cancellationToken).ConfigureAwait(false);
        var halves = new List<DemoHalf>();
        for (int i = 0; i < runs; i++)
        {
            DemoHalf half = await chain.TransferAsync(new DemoContract(ContractBytes, (ulong)i), cancellationToken).ConfigureAwait(false);
            halves.Add(half.Identical ? half : throw new CommandException(ExitCode.CorruptData, "what arrived is not what was sent"));
        }

        return halves;
    }

    private async Task TimeFirstBytesAsync(CancellationToken cancellationToken)
    {
        say($"first byte over {Hops} hops");
        LatencyReport report = await LatencyBench.RunAsync(
            options, Hops, runs * StreamsOfRun, StreamBytes, compares: false, cancellationToken).ConfigureAwait(false);
        AddFirstByte("stream_first_byte_us", Sizes.Format(StreamBytes), report.FirstByte);
    }

    private void AddFirstByte(string id, string what, double[] microseconds)
    {
        double median = Figures.Median(microseconds);
        _goals.Add(new Goal(
            id, $"first byte of {what}, p50", median, FirstByteMicrosecondsMax, IsFloor: false, "0 us",
            $"over {Hops} hops, {microseconds.Length} times; p99 {Figures.Percentile(microseconds, 0.99):0} us"));
    }

    private async Task AskAsync(PairedTimes echoes, CancellationToken cancellationToken)
    {
        var byPool = new List<PairedTimes>();
        foreach (int size in SmallSizes)
        {
            say($"requests of {size / 1_024} KiB, with and without streaming");
            byPool.Add(await CompareAsync(
                _requests, (o, token) => TimedRequests.StartAsync(o, size, token), cancellationToken).ConfigureAwait(false));
            AddOnToOff("requests", size, byPool[^1]);
        }

        _goals.Add(new Goal(
            "request_to_raw_echo", "1 KiB round trip to a sealed UDP echo", echoes.Ratio, EchoRatioMax, IsFloor: false, "0.00",
            $"{echoes.Tested:0.0} to {echoes.Reference:0.0} us, median of {echoes.Pairs.Count} pairs, continuations inline as in the echo; "
            + $"by the pool {byPool[0].Tested / echoes.Reference:0.00} ({byPool[0].Tested:0.0} us)"));
    }

    private async Task GetSmallContractsAsync(CancellationToken cancellationToken)
    {
        foreach (int size in SmallSizes)
        {
            say($"contracts of {size / 1_024} KiB, with and without streaming");
            var contract = new DemoContract(size, 1);
            AddOnToOff("GETs", size, await CompareAsync(
                _gets, (o, token) => SmallContracts.StartAsync(o, contract, token), cancellationToken).ConfigureAwait(false));
        }
    }

    private Task<PairedTimes> CompareAsync(
        PairedBlocks blocks, Func<FastPathOptions, CancellationToken, Task<ITimedWork>> start, CancellationToken cancellationToken) =>
        blocks.MeasureAsync(
            token => start(options, token),
            token => start(options with { Streaming = FastPathStreaming.Off }, token),
            cancellationToken);

    private void AddOnToOff(string what, int size, PairedTimes times) => _goals.Add(new Goal(
        $"{what.ToLowerInvariant()}_{size / 1_024}kib_on_to_off", $"{what} of {size / 1_024} KiB, streaming on to off",
        times.Ratio, SlowerMax, IsFloor: false, "0.00",
        $"p50 {times.Tested:0.0} and {times.Reference:0.0} us, middle half of {times.Pairs.Count} pairs on {runs * SetsOfRun} sets of nodes"));

    private async Task<(JsonObject Document, PairedTimes Times)> AskBesideEchoAsync(CancellationToken cancellationToken)
    {
        say("requests of 1 KiB beside a sealed echo");
        await using RequestPair pair = await RequestPair.StartAsync(options, cancellationToken).ConfigureAwait(false);
        string cipher = pair.Peer.Cipher;
        FastPathOptions inline = options with { UnsafeInlineContinuations = true };
        PairedTimes times = await _echoes.MeasureAsync(
            token => TimedRequests.StartAsync(inline, SmallSizes[0], token),
            _ => Task.FromResult<ITimedWork>(new SealedEchoPair(options.Engine, cipher, SmallSizes[0])),
            cancellationToken).ConfigureAwait(false);
        return (Document.Create(pair.Client, pair.Peer), times);
    }
}
