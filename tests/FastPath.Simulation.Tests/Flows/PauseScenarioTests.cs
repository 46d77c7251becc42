using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>A process that is stopped for a while, or an application that does not read: neither says anything of the path.</summary>
public sealed class PauseScenarioTests
{
    private const long Rate = 2_500_000;
    private static readonly Duration RoundTrip = Duration.FromMilliseconds(40);
    private static readonly LinkModel Link = new()
    {
        Delay = RoundTrip / 2,
        RateBytesPerSecond = Rate,
        QueueBytes = (long)(Rate * 0.04),
    };

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F10")]
    public void After_a_stop_of_the_receiver_the_rate_is_soon_back(string name) =>
        AssertSoonBack(name, flow => flow.ReceiverAddress);

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F10")]
    public void After_a_stop_of_the_sender_the_rate_is_soon_back(string name) =>
        AssertSoonBack(name, flow => flow.SenderAddress);

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F10")]
    public void After_a_pause_of_the_reader_the_rate_is_soon_back(string name)
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Start(name);
        double before = RateOver(path, flow, Duration.FromSeconds(2));
        flow.Readers[0].Want(flow.BytesRead, path.World.Now);
        path.World.RunFor(Duration.FromSeconds(3));
        flow.Readers[0].Want(long.MaxValue, path.World.Now);
        AssertBack(name, path, flow, before);
    }

    private static void AssertSoonBack(string name, Func<SimulatedFlow, PeerAddress> stopped)
    {
        foreach (double seconds in (double[])[0.3, 1, 3])
        {
            (SimulatedBottleneck path, SimulatedFlow flow) = Start(name);
            double before = RateOver(path, flow, Duration.FromSeconds(2));
            path.World.Pause(stopped(flow));
            path.World.RunFor(Duration.FromSeconds(seconds));
            path.World.Resume(stopped(flow));
            AssertBack(name, path, flow, before);
        }
    }

    private static (SimulatedBottleneck Path, SimulatedFlow Flow) Start(string name)
    {
        var path = new SimulatedBottleneck(1, Link);
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        flow.Send(new byte[Rate * 30]);
        path.World.RunFor(Duration.FromSeconds(3));
        return (path, flow);
    }

    private static void AssertBack(string name, SimulatedBottleneck path, SimulatedFlow flow, double before)
    {
        path.World.RunFor(RoundTrip * 20);
        double after = RateOver(path, flow, Duration.FromSeconds(2));

        // What came late looks like a queue: a background flow halves its window once and grows by a datagram a round trip.
        double shareMin = name == nameof(CongestionAlgorithm.Ledbat) ? 0.45 : 0.8;
        Assert.True(after >= shareMin * before, $"{after / 125_000:0.00} after {before / 125_000:0.00} Mbit/s");
    }

    private static double RateOver(SimulatedBottleneck path, SimulatedFlow flow, Duration time)
    {
        long before = flow.BytesRead;
        path.World.RunFor(time);
        return (flow.BytesRead - before) / time.Seconds;
    }
}
