using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

public sealed class LedbatScenarioTests
{
    private static readonly LinkModel TenMegabits = new()
    {
        Delay = Duration.FromMilliseconds(20),
        RateBytesPerSecond = 1_250_000,
        QueueBytes = 500_000,
    };

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(137)]
    [Trait("Scenario", "F9")]
    public void Slowdowns_are_rare_short_and_give_the_window_back(double roundTripMs)
    {
        const long Rate = 2_500_000;
        Duration roundTrip = Duration.FromMilliseconds(roundTripMs);
        var path = new SimulatedBottleneck(1, new LinkModel
        {
            Delay = roundTrip / 2,
            RateBytesPerSecond = Rate,
            QueueBytes = (long)(Rate * 0.2),
        });
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Ledbat));
        flow.Send(new byte[(int)(Rate * 62)]);

        // The first one comes on purpose two round trips after slow start; the rule is for those behind it.
        var controller = (LedbatController)flow.Connection.Recovery.Congestion;
        Assert.True(path.World.RunUntil(() => controller.Slowdowns == 1, Duration.FromSeconds(20)));
        Assert.True(path.World.RunUntil(() => controller.Phase == LedbatPhase.Avoidance, Duration.FromSeconds(20)));
        Watch watch = Observe(path, controller, Duration.FromSeconds(40));
        Assert.True(watch.Starts.Count >= 1, "no slowdown in 40 s");
        for (int i = 1; i < watch.Starts.Count; i++)
        {
            Duration interval = watch.Starts[i] - watch.Starts[i - 1];
            Assert.True(interval >= roundTrip * 18, $"{interval} between slowdowns");
        }

        Assert.True(watch.InSlowdown.Seconds <= 0.12 * 40, $"{watch.InSlowdown} of 40 s in slowdowns");
        Assert.All(watch.Regained, share => Assert.InRange(share, 0.9, 1.1));
    }

    [Fact]
    [Trait("Scenario", "F10")]
    public void Alone_it_fills_ten_megabits_with_no_more_queueing_than_its_target()
    {
        var path = new SimulatedBottleneck(1, TenMegabits);
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Ledbat));
        flow.Send(new byte[60_000_000]);
        path.World.RunFor(Duration.FromSeconds(3));
        long before = flow.BytesRead;
        var waits = new List<double>();
        for (int i = 0; i < 1_500; i++)
        {
            path.World.RunFor(Duration.FromMilliseconds(20));
            waits.Add(path.Link.NewestWait.Milliseconds);
        }

        double share = (flow.BytesRead - before) / 30.0 / (TenMegabits.RateBytesPerSecond * 0.95);
        Assert.True(share >= 0.9, $"{share:0.00} of the link");
        waits.Sort();
        double target = Protocol.Recovery.RecoverySettings.Default.LedbatTarget.Milliseconds;
        Assert.True(waits[waits.Count / 2] <= target, $"median {waits[waits.Count / 2]:0.0} ms");

        // One datagram a round trip too many is what shows that the target is reached.
        Assert.True(waits[waits.Count * 99 / 100] <= target + 5, $"p99 {waits[waits.Count * 99 / 100]:0.0} ms");
    }

    [Fact]
    [Trait("Scenario", "F10")]
    public void Two_of_them_share_within_ten_per_cent()
    {
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var path = new SimulatedBottleneck(seed, TenMegabits);
            for (int i = 0; i < 2; i++)
            {
                path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Ledbat)).Send(new byte[250_000_000]);
                path.World.RunFor(Duration.FromSeconds(5));
            }

            path.World.RunFor(Duration.FromSeconds(30));
            long[] before = [.. path.Flows.Select(flow => flow.BytesRead)];
            path.World.RunFor(Duration.FromSeconds(90));
            double[] moved = [.. path.Flows.Select((flow, i) => (double)(flow.BytesRead - before[i]))];
            double share = moved[0] / moved.Sum();
            Assert.True(share is >= 0.45 and <= 0.55, $"seed {seed}: {share:0.000}");
        }
    }

    private static Watch Observe(SimulatedBottleneck path, LedbatController controller, Duration time)
    {
        var watch = new Watch();
        Instant end = path.World.Now + time;
        Instant last = path.World.Now;
        long windowBefore = controller.WindowBytes;
        bool wasSlow = false;
        path.World.RunUntil(
            () =>
            {
                Instant now = path.World.Now;
                bool isSlow = controller.Phase is LedbatPhase.Holding or LedbatPhase.Returning;
                watch.InSlowdown += wasSlow ? now - last : Duration.Zero;
                if (isSlow && !wasSlow)
                {
                    watch.Starts.Add(now);
                }
                else if (!isSlow && wasSlow)
                {
                    watch.Regained.Add((double)controller.WindowBytes / windowBefore);
                }

                windowBefore = isSlow ? windowBefore : controller.WindowBytes;
                wasSlow = isSlow;
                last = now;
                return now >= end;
            },
            time);
        return watch;
    }

    private sealed class Watch
    {
        public List<Instant> Starts { get; } = [];

        public List<double> Regained { get; } = [];

        public Duration InSlowdown { get; set; }
    }
}
