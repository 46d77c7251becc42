using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

public sealed class OutageScenarioTests
{
    private const long Rate = 2_500_000;
    private static readonly Duration RoundTrip = Duration.FromMilliseconds(50);
    private static readonly LinkModel Link = new()
    {
        Delay = RoundTrip / 2,
        RateBytesPerSecond = Rate,
        QueueBytes = (long)(Rate * 0.05),
    };

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F7")]
    public void After_an_outage_of_ten_seconds_the_rate_is_back_within_twenty_round_trips(string name)
    {
        Instant down = Instant.Zero + Duration.FromSeconds(5);
        Duration outage = Duration.FromSeconds(10);
        var path = new SimulatedBottleneck(
            1,
            new LinkSchedule(Link).Outage(down, outage),
            new LinkSchedule(Link with { RateBytesPerSecond = 0 }).Outage(down, outage));
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        flow.Send(new byte[25_000_000]);
        path.World.RunFor(down - path.World.Now - Duration.FromSeconds(2));
        double before = RateOver(path, flow, Duration.FromSeconds(2));
        long sentBefore = flow.Connection.Counters.PacketsSent;
        path.World.RunFor(outage);

        // What the window and its acknowledgements under way still allow, then two probes a timeout, which doubles up to 2 s.
        long packets = flow.Connection.Counters.PacketsSent - sentBefore;
        long window = (long)(Rate * RoundTrip.Seconds * 3) / 1_200;
        Assert.True(packets <= window + 24, $"{packets} packets while nothing came through");

        // The first acknowledgement is the one that finds everything before it lost.
        long lost = flow.Connection.Recovery.PacketsLost;
        Assert.True(path.World.RunUntil(() => flow.Connection.Recovery.PacketsLost > lost, Duration.FromSeconds(3)));
        Assert.True(flow.Connection.Recovery.NextDeadline - path.World.Now <= flow.Connection.Recovery.ProbeTimeout);
        path.World.RunFor(RoundTrip * 15);
        double after = RateOver(path, flow, RoundTrip * 5);
        Assert.True(after >= 0.8 * before, $"{after / 125_000:0.00} after {before / 125_000:0.00} Mbit/s");
    }

    private static double RateOver(SimulatedBottleneck path, SimulatedFlow flow, Duration time)
    {
        long before = flow.BytesRead;
        path.World.RunFor(time);
        return (flow.BytesRead - before) / time.Seconds;
    }
}
