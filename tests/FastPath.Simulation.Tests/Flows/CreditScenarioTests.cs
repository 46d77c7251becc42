using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Windows that follow the rate, with the settings that a host has by default.</summary>
public sealed class CreditScenarioTests
{
    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F1")]
    public void A_window_that_was_wide_and_shrinks_is_granted_on(string name)
    {
        // Losses hold bytes back and then release them at once, which looks like a rate far above the link's.
        foreach (double loss in (double[])[0, 0.001])
        {
            foreach (int megabits in (int[])[10, 100])
            {
                TransferCase transfer = GoodputGrid.CaseOf(ControllerData.Parse(name), 137, loss, megabits, 10_000_000);
                var path = new SimulatedBottleneck(1, transfer.Link);
                SimulatedFlow flow = path.Add(SettingsFor(transfer.Algorithm));
                SimulatedWriter writer = flow.Send(new byte[transfer.PayloadBytes]);
                Assert.True(path.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(200)));
                Assert.Equal(StreamErrorCode.None, writer.Ended);
            }
        }
    }

    [Fact]
    [Trait("Scenario", "F8")]
    public void A_gigabit_over_three_hundred_milliseconds_is_not_bound_by_the_window_of_a_stream()
    {
        TransferCase transfer = GoodputGrid.CaseOf(CongestionAlgorithm.Bbr, 300, 0, 1_000, 500_000_000);
        var path = new SimulatedBottleneck(1, transfer.Link);
        SimulatedFlow flow = path.Add(EndpointSettings.Default with { BufferBudgetBytes = 512L * 1_024 * 1_024 });
        flow.Send(new byte[transfer.PayloadBytes]);
        path.World.RunFor(Duration.FromSeconds(4));
        long before = flow.BytesRead;
        path.World.RunFor(Duration.FromSeconds(1));
        double share = (flow.BytesRead - before) / (transfer.LinkBytesPerSecond * 0.95);
        Assert.True(share >= 0.9, $"{share:0.00} of the link, window {flow.Connection.Recovery.Congestion.WindowBytes}");
    }

    [Fact]
    [Trait("Scenario", "F1")]
    public void What_waits_for_a_repair_widens_no_window_of_a_reader_that_waits_itself()
    {
        const long Wanted = 100_000;
        for (ulong seed = 1; seed <= 5; seed++)
        {
            TransferCase transfer = GoodputGrid.CaseOf(CongestionAlgorithm.Bbr, 50, 0.05, 1_000, 10_000_000);
            var path = new SimulatedBottleneck(seed, transfer.Link);
            SimulatedFlow flow = path.Add(EndpointSettings.Default);
            flow.ReaderWants = Wanted;
            flow.Send(new byte[transfer.PayloadBytes]);
            path.World.RunFor(Duration.FromSeconds(3));
            Assert.InRange(flow.Readers[0].Stream.Granted, Wanted + 1, Wanted + StreamSettings.Default.SinkWindowBytesMin);
        }
    }

    private static EndpointSettings SettingsFor(CongestionAlgorithm algorithm)
    {
        EndpointSettings settings = EndpointSettings.Default;
        return settings with
        {
            Connection = settings.Connection with
            {
                Recovery = settings.Connection.Recovery with { Congestion = algorithm },
            },
        };
    }
}
