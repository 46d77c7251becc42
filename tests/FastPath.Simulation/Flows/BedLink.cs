using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Flows;

/// <summary>A link of the bed of namespaces, in virtual time: the same rate, delay, loss and queue of one round trip.</summary>
/// <param name="BurstPackets">Loss comes in bursts of so many packets on average; 0 for packet by packet.</param>
internal sealed record BedLink(string Title, double RoundTripMs, long Megabits, double Loss, double BurstPackets = 0)
{
    private const int MtuBytes = 1_472;
    private const int SampleMs = 10;
    private static readonly Duration Limit = Duration.FromSeconds(3_600);

    public static readonly BedLink[] All =
    [
        new("20 ms, 100 Mbit/s, no loss", 20, 100, 0),
        new("20 ms, 100 Mbit/s, 1 %", 20, 100, 0.01),
        new("100 ms, 50 Mbit/s, 0.1 %", 100, 50, 0.001),
        new("150 ms, 20 Mbit/s, 2 % in bursts", 150, 20, 0.02, 10),
    ];

    public long BytesPerSecond => Megabits * 125_000;

    public LinkModel Model => new()
    {
        Delay = Duration.FromMilliseconds(RoundTripMs / 2),
        RateBytesPerSecond = BytesPerSecond,
        QueueBytes = (long)(BytesPerSecond * RoundTripMs / 1_000),
        MtuBytes = MtuBytes,
        Loss = BurstPackets == 0 ? Loss : 0,
        PacketBursts = BurstPackets == 0 ? null : new PacketBurstLoss(Loss, BurstPackets),
    };

    /// <summary>A transfer that would take so long if the link did nothing else, measured from its first byte on, and what stood in the queue.</summary>
    /// <param name="ackJitter">How late an acknowledgement is at most: hosts are busy, and wake up when they can.</param>
    public BedOutcome Run(
        CongestionAlgorithm algorithm, ulong seed, double seconds, bool isBoundByWindows = true, Duration ackJitter = default)
    {
        EndpointSettings settings = isBoundByWindows
            ? EndpointSettings.Default with
            {
                Connection = EndpointSettings.Default.Connection with
                {
                    Recovery = EndpointSettings.Default.Connection.Recovery with { Congestion = algorithm },
                },
            }
            : SimulatedBottleneck.SettingsFor(algorithm);
        var path = new SimulatedBottleneck(
            seed, new LinkSchedule(Model), new LinkSchedule(Model with { RateBytesPerSecond = 0, Jitter = ackJitter }));
        SimulatedFlow flow = path.Add(settings);
        byte[] payload = new byte[(int)(BytesPerSecond * seconds)];
        flow.Send(payload);
        path.World.RunUntil(() => flow.BytesRead > 0, Limit);
        Instant start = path.World.Now;
        var waits = new List<double>();
        long atHalf = 0;
        while (flow.Readers is not [{ IsWhole: true }])
        {
            if (path.World.Now - start > Limit)
            {
                throw new InvalidOperationException($"{Title}, {algorithm}, seed {seed}: {flow.BytesRead} of {payload.Length} bytes");
            }

            path.World.RunFor(Duration.FromMilliseconds(SampleMs));
            waits.Add(path.Link.NewestWait.Milliseconds);
            atHalf = flow.BytesRead * 2 < payload.Length ? waits.Count : atHalf;
        }

        double taken = (path.World.Now - start).Seconds;
        double secondHalf = taken - (atHalf * SampleMs / 1_000.0);
        waits.Sort();
        return new BedOutcome(
            payload.Length * 8 / taken / 1e6, payload.Length * 4 / secondHalf / 1e6, waits[waits.Count / 2], flow.Connection.Recovery.PacketsLost);
    }
}
