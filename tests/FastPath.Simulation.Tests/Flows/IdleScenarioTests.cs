using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

public sealed class IdleScenarioTests
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
    [Trait("Scenario", "F10")]
    public void After_idle_times_a_transfer_reaches_half_its_rate_within_ten_round_trips(string name)
    {
        var path = new SimulatedBottleneck(1, Link);
        SimulatedFlow flow = path.Add(Settings(name));
        byte[] payload = new byte[10_000_000];
        double steady = RateAfter(path, flow, payload, Duration.FromSeconds(2));
        foreach (double idleSeconds in (double[])[1, 60, 600])
        {
            path.World.RunFor(Duration.FromSeconds(idleSeconds));
            double rate = RateAfter(path, flow, payload, RoundTrip * 5);
            Assert.True(rate >= 0.5 * steady, $"{rate / 125_000:0.00} after {idleSeconds} s, steady {steady / 125_000:0.00} Mbit/s");
        }
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F10")]
    public void Messages_and_keep_alives_between_transfers_lower_no_estimate(string name)
    {
        var path = new SimulatedBottleneck(2, Link);
        SimulatedFlow flow = path.Add(Settings(name));
        byte[] payload = new byte[10_000_000];
        double steady = RateAfter(path, flow, payload, Duration.FromSeconds(2));
        ICongestionController controller = flow.Connection.Recovery.Congestion;
        long window = controller.WindowBytes;
        for (int i = 0; i < 600; i++)
        {
            // The application sends a little all the time: far less than the path would take.
            flow.Connection.TryQueueMessage(new byte[200], out _);
            path.World.RunFor(Duration.FromMilliseconds(100));
        }

        Assert.True(controller.WindowBytes >= window / 2, $"{window} bytes before, {controller.WindowBytes} after");
        double rate = RateAfter(path, flow, payload, RoundTrip * 5);
        Assert.True(rate >= 0.5 * steady, $"{rate / 125_000:0.00}, steady {steady / 125_000:0.00} Mbit/s");
    }

    private static EndpointSettings Settings(string name)
    {
        EndpointSettings settings = SimulatedBottleneck.SettingsFor(ControllerData.Parse(name));
        return settings with { Connection = settings.Connection with { MessageCreditBytes = 1_000_000 } };
    }

    /// <summary>Sends a payload; the rate of its second part, once <paramref name="settle"/> has passed; then waits for its end.</summary>
    private static double RateAfter(SimulatedBottleneck path, SimulatedFlow flow, byte[] payload, Duration settle)
    {
        flow.Send(payload);
        path.World.RunFor(settle);
        long before = flow.BytesRead;
        Duration time = RoundTrip * 5;
        path.World.RunFor(time);
        double rate = (flow.BytesRead - before) / time.Seconds;
        int streams = flow.Readers.Count;
        Assert.True(path.World.RunUntil(() => flow.Readers[streams - 1].IsWhole, Duration.FromSeconds(60)));
        Assert.Equal(ConnectionState.Established, flow.Connection.State);
        return rate;
    }
}
