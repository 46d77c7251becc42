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
