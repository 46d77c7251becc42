using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Flows;

/// <summary>One transfer over one path: a cell of the grid of scenario F8.</summary>
/// <param name="RoundTrip">Of the empty path.</param>
/// <param name="Loss">Random, in both directions.</param>
/// <param name="LinkBytesPerSecond">Of the bottleneck, whose queue holds one round trip of it.</param>
internal sealed record TransferCase(
    CongestionAlgorithm Algorithm, Duration RoundTrip, double Loss, long LinkBytesPerSecond, int PayloadBytes)
{
    private const long QueueBytesMin = 60_000;
    private static readonly Duration Limit = Duration.FromSeconds(3_600);

    public LinkModel Link => new()
    {
        Delay = RoundTrip / 2,
        Loss = Loss,
        RateBytesPerSecond = LinkBytesPerSecond,
        QueueBytes = Math.Max((long)(LinkBytesPerSecond * RoundTrip.Seconds), QueueBytesMin),
    };

    /// <summary>The run of the middle of so many seeds; one is enough where nothing is left to chance.</summary>
    public TransferOutcome Median(int seeds, EndpointSettings? settings = null)
    {
        int runs = Loss == 0 ? 1 : seeds;
        return Enumerable.Range(1, runs).Select(seed => Run((ulong)seed, settings)).OrderBy(outcome => outcome.Taken)
            .ElementAt(runs / 2);
    }

    /// <param name="settings">Null for streams so wide that only the controller holds the transfer back.</param>
    public TransferOutcome Run(ulong seed, EndpointSettings? settings = null)
    {
        var path = new SimulatedBottleneck(seed, Link);
        SimulatedFlow flow = path.Add(settings ?? SimulatedBottleneck.SettingsFor(Algorithm));
        Instant start = path.World.Now;
        SimulatedWriter writer = flow.Send(new byte[PayloadBytes]);
        if (!path.World.RunUntil(() => flow.Readers is [{ IsWhole: true }], Limit))
        {
            throw new InvalidOperationException(
                $"{this}, seed {seed}: {flow.BytesRead} bytes read, writer {writer.Ended}, reader {ReasonOf(flow)}");
        }

        return new TransferOutcome(
            path.World.Now - start,
            flow.Connection.Recovery.PacketsLost,
            flow.Connection.Recovery.SpuriousLosses,
            path.Link.DatagramsDropped,
            path.Link.LongestWait);
    }

    private static StreamErrorCode? ReasonOf(SimulatedFlow flow) => flow.Readers.Count == 0 ? null : flow.Readers[0].Ended;
}
