using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Paths that are not what they were when the flow began, and queues of other kinds.</summary>
public sealed class ChangingPathScenarioTests
{
    private const long Rate = 2_500_000;
    private static readonly LinkModel Link = new()
    {
        Delay = Duration.FromMilliseconds(20),
        RateBytesPerSecond = Rate,
        QueueBytes = (long)(Rate * 0.04),
    };

    [Theory]
    [ClassData(typeof(ControllerData))]
    public void A_route_that_becomes_longer_is_filled_again(string name) =>
        AssertShare(name, Link with { Delay = Duration.FromMilliseconds(117) }, settleSeconds: 25, shareMin: 0.6);

    [Theory]
    [ClassData(typeof(ControllerData))]
    public void A_route_that_becomes_shorter_is_filled_again(string name) =>
        AssertShare(name, Link with { Delay = Duration.FromMilliseconds(5) }, settleSeconds: 3, shareMin: 0.75);

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F10")]
    public void A_route_of_twenty_milliseconds_that_takes_two_hundred_and_then_twenty_again_is_filled_each_time(string name)
    {
        LinkModel route = Link with { Delay = Duration.FromMilliseconds(10), QueueBytes = (long)(Rate * 0.2) };
        Instant longer = Instant.Zero + Duration.FromSeconds(5);
        Instant shorter = longer + Duration.FromSeconds(35);
        var path = new SimulatedBottleneck(
            1, new LinkSchedule(route).Then(longer, route with { Delay = Duration.FromMilliseconds(100) }).Then(shorter, route));
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        flow.Send(new byte[(int)(Rate * 60)]);
        double before = ShareOver(path, flow, Instant.Zero + Duration.FromSeconds(2), longer);
        double during = ShareOver(path, flow, shorter - Duration.FromSeconds(10), shorter);
        double after = ShareOver(path, flow, shorter + Duration.FromSeconds(3), shorter + Duration.FromSeconds(10));
        Assert.True(before >= 0.85 && during >= 0.8 && after >= 0.85, $"{before:0.00}, {during:0.00}, {after:0.00} of the link");
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    public void A_link_that_becomes_slower_is_not_overrun(string name)
    {
        SimulatedBottleneck path = AssertShare(
            name, Link with { RateBytesPerSecond = Rate / 4 }, settleSeconds: 6, shareMin: 0.8);
        long dropped = path.Link.DatagramsDropped;
        path.World.RunFor(Duration.FromSeconds(5));
        Assert.True(path.Link.DatagramsDropped - dropped <= 0.03 * 5 * Rate / 4 / 1_200, $"{path.Link.DatagramsDropped - dropped} drops");
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    public void A_link_that_becomes_faster_is_found_out(string name) => AssertShare(
        name,
        Link with { RateBytesPerSecond = Rate * 4, QueueBytes = Link.QueueBytes * 4 },
        settleSeconds: 15,
        shareMin: name == nameof(CongestionAlgorithm.Ledbat) ? 0.7 : 0.75);

    [Theory]
    [InlineData(nameof(CongestionAlgorithm.Cubic), 0.85)]
    [InlineData(nameof(CongestionAlgorithm.Bbr), 0.85)]
    [InlineData(nameof(CongestionAlgorithm.Ledbat), 0.6)]
    public void A_queue_with_controlled_delay_is_used_well(string name, double shareMin) => AssertShare(
        name, Link with { Discipline = QueueDiscipline.CoDel, QueueBytes = 1_000_000 }, settleSeconds: 3, shareMin);

    [Theory]
    [InlineData(nameof(CongestionAlgorithm.Cubic), 0.2)]
    [InlineData(nameof(CongestionAlgorithm.Bbr), 0.75)]
    [InlineData(nameof(CongestionAlgorithm.Ledbat), 0.08)]
    public void Bursts_of_loss_cost_no_more_than_the_algorithm_says(string name, double shareMin) => AssertShare(
        name,
        Link with { Bursts = new BurstLoss(Duration.FromMilliseconds(500), Duration.FromMilliseconds(5)) },
        settleSeconds: 2,
        shareMin);

    private static double ShareOver(SimulatedBottleneck path, SimulatedFlow flow, Instant from, Instant to)
    {
        path.World.RunFor(from - path.World.Now);
        long before = flow.BytesRead;
        path.World.RunFor(to - from);
        return (flow.BytesRead - before) / (to - from).Seconds / (Rate * 0.95);
    }

    /// <summary>The share of the link over ten seconds, some time after it has become what <paramref name="after"/> says.</summary>
    private static SimulatedBottleneck AssertShare(string name, LinkModel after, double settleSeconds, double shareMin)
    {
        Instant change = Instant.Zero + Duration.FromSeconds(5);
        var path = new SimulatedBottleneck(1, new LinkSchedule(Link).Then(change, after));
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        flow.Send(new byte[(int)((Rate * 10) + (Math.Max(Rate, after.RateBytesPerSecond) * (settleSeconds + 15)))]);
        path.World.RunFor(change - path.World.Now + Duration.FromSeconds(settleSeconds));
        long before = flow.BytesRead;
        path.World.RunFor(Duration.FromSeconds(10));
        double share = (flow.BytesRead - before) / 10.0 / (after.RateBytesPerSecond * 0.95);
        Assert.True(share >= shareMin, $"{share:0.00} of the link");
        return path;
    }
}
