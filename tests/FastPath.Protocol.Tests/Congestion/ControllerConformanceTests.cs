using FastPath.Protocol.Congestion;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

/// <summary>What every controller keeps, whatever its algorithm.</summary>
public sealed class ControllerConformanceTests
{
    public static TheoryData<string> Algorithms => [.. Enum.GetNames<CongestionAlgorithm>()];

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Trait("Scenario", "F11")]
    public void No_history_leaves_a_window_of_less_than_two_datagrams_or_no_pace(string name)
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var random = new SeededRandom(seed);
            ICongestionController controller = Create(name, seed);
            Instant now = Instant.Zero;
            long delivered = 0;
            for (int i = 0; i < 2_000; i++)
            {
                now += Duration.FromMicroseconds(random.NextInt32(100_000));
                delivered += Happen(controller, random, now, delivered);
                Assert.True(controller.WindowBytes >= 2 * Samples.Datagram, $"seed {seed}: {controller.WindowBytes} bytes");
                Assert.True(controller.PacingBytesPerSecond > 0, $"seed {seed}: no pace");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Trait("Scenario", "F11")]
    public void From_any_state_the_next_packet_leaves_within_a_probe_timeout_and_the_rate_comes_back(string name)
    {
        const long Rate = 1_000_000;
        for (ulong seed = 1; seed <= 25; seed++)
        {
            var random = new SeededRandom(seed);
            var flow = new PipeFlow(Parse(name), Duration.FromMilliseconds(5 + random.NextInt32(150)), Rate, seed);
            for (int storm = 0; storm < 6; storm++)
            {
                flow.Loss = random.NextChance(0.3) ? 1 : random.NextDouble() * 0.7;
                Duration? packetEvery = random.NextChance(0.3) ? Duration.FromMilliseconds(random.NextInt32(200) + 1) : null;
                flow.Run(Duration.FromMilliseconds(random.NextInt32(3_000)), packetEvery);
            }

            flow.Loss = 0;
            long before = flow.PacketsSent;
            flow.Run(Duration.Max(RecoverySettings.Default.ProbeIntervalMax, flow.Recovery.ProbeTimeout));
            Assert.True(flow.PacketsSent > before, $"seed {seed}: nothing left within a probe timeout");
            flow.Run(Duration.FromSeconds(20));
            before = flow.PacketsSent;
            flow.Run(Duration.FromSeconds(5));
            double share = (flow.PacketsSent - before) * PipeFlow.PacketBytes / 5.0 / Rate;
            Assert.True(share >= 0.6, $"seed {seed}: {share:0.00} of the rate twenty seconds later");
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Trait("Scenario", "F10")]
    public void An_application_that_sends_little_raises_no_window_and_lowers_none(string name)
    {
        ICongestionController controller = Create(name);
        (Instant now, long delivered) = Grow(controller, Instant.Zero, 0, roundTrips: 8);
        long window = controller.WindowBytes;
        for (int i = 0; i < 1_000; i++)
        {
            now += Samples.RoundTrip;
            delivered += Samples.Datagram;
            controller.OnRestart(now - Samples.RoundTrip);
            controller.OnAcknowledged(Samples.Ack(now, window, Samples.Datagram, delivered, isUsed: false));
        }

        Assert.InRange(controller.WindowBytes, window * 9 / 10, window * 11 / 10);
    }

    [Theory]
    [InlineData(nameof(CongestionAlgorithm.Cubic), 0.7)]
    [InlineData(nameof(CongestionAlgorithm.Ledbat), 0.5)]
    public void An_episode_reduces_once_and_is_taken_back_when_it_was_none(string name, double factor)
    {
        ICongestionController controller = Create(name);
        (Instant now, _) = Grow(controller, Instant.Zero, 0, roundTrips: 8);
        long window = controller.WindowBytes;
        controller.OnLost(Samples.Loss(now, window));
        Assert.Equal(window * factor, controller.WindowBytes, 2.0);
        controller.OnLost(Samples.Loss(now, window, isNew: false));
        Assert.Equal(window * factor, controller.WindowBytes, 2.0);
        controller.OnSpuriousLoss(now);
        Assert.Equal(window, controller.WindowBytes);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Trait("Scenario", "F7")]
    public void Persistent_congestion_starts_over_and_is_undone_when_it_was_none(string name)
    {
        ICongestionController controller = Create(name);
        (Instant now, long delivered) = Grow(controller, Instant.Zero, 0, roundTrips: 8);
        long window = controller.WindowBytes;
        controller.OnLost(Samples.Loss(now, window, lost: window, isPersistent: true));
        Assert.InRange(controller.WindowBytes, 2 * Samples.Datagram, 4 * Samples.Datagram);
        Grow(controller, now, delivered, roundTrips: 20);
        Assert.True(controller.WindowBytes >= window / 2, $"{controller.WindowBytes} of {window} after twenty round trips");
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Hearing_of_acknowledgements_and_losses_allocates_nothing(string name)
    {
        ICongestionController controller = Create(name);
        var random = new SeededRandom(5);
        Instant now = Instant.Zero;
        long delivered = 0;
        long before = 0;
        for (int i = 0; i < 12_000; i++)
        {
            before = i == 2_000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            now += Duration.FromMicroseconds(random.NextInt32(100_000));
            delivered += Happen(controller, random, now, delivered);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Trait("Scenario", "F11")]
    public void The_pace_at_the_start_is_the_controllers(string name)
    {
        RecoverySettings settings = RecoverySettings.Default with { Congestion = Parse(name) };
        ICongestionController controller = CongestionControllers.Create(settings, Samples.Datagram, 1);
        Assert.Equal(controller.PacingBytesPerSecond, new LossRecovery(controller, settings).PacingBytesPerSecond);
    }

    private static CongestionAlgorithm Parse(string name) => Enum.Parse<CongestionAlgorithm>(name);

    private static ICongestionController Create(string name, ulong seed = 1) => CongestionControllers.Create(
        RecoverySettings.Default with { Congestion = Parse(name) }, Samples.Datagram, seed);

    /// <summary>Some event that could come next; the bytes that it delivers.</summary>
    private static long Happen(ICongestionController controller, SeededRandom random, Instant now, long delivered)
    {
        long window = controller.WindowBytes;
        switch (random.NextInt32(10))
        {
            case 0:
                controller.OnLost(Samples.Loss(now, window, isNew: random.NextChance(0.5), isPersistent: random.NextChance(0.1)));
                return 0;
            case 1:
                controller.OnSpuriousLoss(now);
                return 0;
            case 2:
                controller.OnRestart(now);
                return 0;
            default:
                long acknowledged = Math.Min(window, Samples.Datagram * (1 + random.NextInt32(20)));
                Duration roundTrip = Duration.FromMicroseconds(20_000 + random.NextInt32(200_000));
                controller.OnAcknowledged(Samples.Ack(
                    now, window, acknowledged, delivered + acknowledged, random.NextChance(0.8), roundTrip));
                return acknowledged;
        }
    }

    private static (Instant Now, long Delivered) Grow(ICongestionController controller, Instant now, long delivered, int roundTrips)
    {
        for (int i = 0; i < roundTrips; i++)
        {
            now += Samples.RoundTrip;
            long window = controller.WindowBytes;
            for (long acknowledged = 0; acknowledged < window; acknowledged += Samples.Datagram)
            {
                delivered += Samples.Datagram;
                controller.OnAcknowledged(Samples.Ack(now, window, Samples.Datagram, delivered));
            }
        }

        return (now, delivered);
    }
}
