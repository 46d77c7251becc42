using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

public sealed class LedbatScenarioTests
{
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
