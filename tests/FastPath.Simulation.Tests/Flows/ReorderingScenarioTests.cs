using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

public sealed class ReorderingScenarioTests
{
    private const long Rate = 2_500_000;

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F12")]
    public void Jitter_of_half_a_round_trip_causes_next_to_no_spurious_retransmission(string name)
    {
        // 20 ms each way, each datagram up to 20 ms later: round trips of 40 to 80 ms, and wild reordering.
        var path = new SimulatedBottleneck(1, new LinkModel
        {
            Delay = Duration.FromMilliseconds(20),
            Jitter = Duration.FromMilliseconds(20),
            RateBytesPerSecond = Rate,
        });
        (SimulatedFlow flow, SimulatedWriter writer) = Transfer(path, name, 20_000_000);
        StreamCounters counters = flow.Connection.Streams.Counters;
        double share = (double)counters.PayloadBytesSentAgain / counters.PayloadBytesSent;
        Assert.True(share <= 0.001 + LearningShare(flow), $"{share:0.0000} sent again, {flow.Connection.Recovery.SpuriousLosses} spurious");
        Assert.Equal(StreamErrorCode.None, writer.Ended);
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F12")]
    public void A_delay_that_sways_by_half_causes_no_spurious_retransmission(string name)
    {
        // Datagrams keep their order: at this pace each step of the delay is shorter than the time between two of them.
        RecoverySettings recovery = RecoverySettings.Default with { RateLimitBytesPerSecond = Rate };
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var model = new LinkModel { Delay = Duration.FromMilliseconds(20) };
            var schedule = new LinkSchedule(model);
            for (int i = 1; i < 6_000; i++)
            {
                double delayMs = 20 + (10 * Math.Sin(seed + (i / 70.0)));
                schedule.Then(
                    Instant.Zero + Duration.FromMilliseconds(i * 2), model with { Delay = Duration.FromMilliseconds(delayMs) });
            }

            (SimulatedFlow flow, _) = Transfer(new SimulatedBottleneck(seed, schedule), name, 8_000_000, recovery);
            long again = flow.Connection.Streams.Counters.PayloadBytesSentAgain;
            Assert.True(again <= 8_000_000 / 1_000, $"seed {seed}: {again} bytes sent again");
        }
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    public void Reordered_datagrams_teach_tolerance_and_cost_no_rate(string name)
    {
        var model = new LinkModel
        {
            Delay = Duration.FromMilliseconds(20),
            RateBytesPerSecond = Rate,
            QueueBytes = (long)(Rate * 0.1),
        };
        Duration straight = TimeOf(new SimulatedBottleneck(1, model), name);
        Duration reordered = TimeOf(
            new SimulatedBottleneck(1, model with { Reordering = 0.02, ReorderingDelay = Duration.FromMilliseconds(8) }), name);
        Assert.True(reordered.Seconds <= straight.Seconds * 1.15, $"{reordered} instead of {straight}");

        static Duration TimeOf(SimulatedBottleneck path, string name)
        {
            Instant start = path.World.Now;
            (SimulatedFlow flow, _) = Transfer(path, name, 10_000_000);
            Assert.True(path.World.Now > start);
            LossRecovery recovery = flow.Connection.Recovery;
            Assert.Equal(0, recovery.BytesInFlight);
            return path.World.Now - start;
        }
    }

    // Tolerance is learnt from the first late arrivals; that many packets are allowed beyond the share.
    private static double LearningShare(SimulatedFlow flow) => 40.0 / flow.Connection.Counters.PacketsSent;

    private static (SimulatedFlow Flow, SimulatedWriter Writer) Transfer(
        SimulatedBottleneck path, string name, int bytes, RecoverySettings? recovery = null)
    {
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name), recovery));
        SimulatedWriter writer = flow.Send(new byte[bytes]);
        Assert.True(path.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(120)));
        path.World.RunFor(Duration.FromSeconds(1));
        return (flow, writer);
    }
}
