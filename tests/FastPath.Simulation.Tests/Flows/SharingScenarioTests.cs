using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Several flows over one bottleneck.</summary>
public sealed class SharingScenarioTests
{
    private const long Rate = 1_250_000;

    // Of what a link of this rate carries: the rest of a datagram is header, tag and the head of a frame.
    private const double PayloadShare = 0.95;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "F10")]
    public void A_background_flow_yields_to_a_loss_based_one_whoever_came_first(bool backgroundFirst)
    {
        double[] shares = backgroundFirst
            ? Shares(queueMs: 200, seconds: 30, CongestionAlgorithm.Ledbat, CongestionAlgorithm.Cubic)
            : [.. Shares(queueMs: 200, seconds: 30, CongestionAlgorithm.Cubic, CongestionAlgorithm.Ledbat).Reverse()];
        Assert.True(shares[0] <= 0.2, $"background {shares[0]:0.00}, foreground {shares[1]:0.00}");
        Assert.True(shares.Sum() >= 0.9, $"together {shares.Sum():0.00}");
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F10")]
    public void A_flow_alone_fills_the_link(string name) =>
        Assert.InRange(Shares(queueMs: 100, seconds: 30, ControllerData.Parse(name))[0], 0.9, 1.02);

    [Theory]
    [ClassData(typeof(ControllerData))]
    public void Two_flows_of_a_kind_share_the_link(string name)
    {
        CongestionAlgorithm algorithm = ControllerData.Parse(name);
        double[] shares = Shares(queueMs: 60, seconds: 40, algorithm, algorithm);
        Assert.True(shares.Min() >= 0.25 * shares.Sum(), $"{shares[0]:0.00} and {shares[1]:0.00}");
    }

    [Theory]
    [InlineData(20)]
    [InlineData(100)]
    public void A_model_based_flow_neither_starves_a_loss_based_one_nor_is_starved(double queueMs)
    {
        double[] shares = Shares(queueMs, seconds: 40, CongestionAlgorithm.Cubic, CongestionAlgorithm.Bbr);
        Assert.True(shares.Min() >= 0.25 * shares.Sum(), $"loss-based {shares[0]:0.00}, model-based {shares[1]:0.00}");
    }

    [Theory]
    [InlineData(nameof(CongestionAlgorithm.Bbr), 30)]
    [InlineData(nameof(CongestionAlgorithm.Ledbat), 70)]
    public void What_does_not_need_a_full_queue_keeps_the_delay_low(string name, double waitMsMax)
    {
        var path = new SimulatedBottleneck(3, LinkWith(queueMs: 400));
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        flow.Send(new byte[40_000_000]);
        path.World.RunFor(Duration.FromSeconds(3));
        double sum = 0;
        for (int i = 0; i < 400; i++)
        {
            path.World.RunFor(Duration.FromMilliseconds(50));
            sum += path.Link.NewestWait.Milliseconds;
        }

        Assert.True(sum / 400 <= waitMsMax, $"{sum / 400:0.0} ms on average");
    }

    /// <summary>Of the link's capacity, after each flow had a second before the next came and all five seconds to settle.</summary>
    private static double[] Shares(double queueMs, double seconds, params CongestionAlgorithm[] algorithms)
    {
        var path = new SimulatedBottleneck(1, LinkWith(queueMs));
        foreach (CongestionAlgorithm algorithm in algorithms)
        {
            path.Add(SimulatedBottleneck.SettingsFor(algorithm)).Send(new byte[(int)(Rate * (seconds + 10))]);
            path.World.RunFor(Duration.FromSeconds(1));
        }

        path.World.RunFor(Duration.FromSeconds(5));
        long[] before = [.. path.Flows.Select(flow => flow.BytesRead)];
        path.World.RunFor(Duration.FromSeconds(seconds));
        return [.. path.Flows.Select((flow, i) => (flow.BytesRead - before[i]) / seconds / Rate / PayloadShare)];
    }

    private static LinkModel LinkWith(double queueMs) => new()
    {
        Delay = Duration.FromMilliseconds(20),
        RateBytesPerSecond = Rate,
        QueueBytes = (long)(Rate * queueMs / 1_000),
    };
}
