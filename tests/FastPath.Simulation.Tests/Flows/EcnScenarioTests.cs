using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Queues that mark instead of dropping, and paths that cannot be trusted with it.</summary>
public sealed class EcnScenarioTests
{
    private const long Rate = 2_500_000;
    private static readonly LinkModel Marking = new()
    {
        Delay = Duration.FromMilliseconds(20),
        RateBytesPerSecond = Rate,
        QueueBytes = 1_000_000,
        Discipline = QueueDiscipline.CoDel,
        MarksEcn = true,
    };

    [Theory]
    [InlineData("Cubic", 0.85)]
    [InlineData("Bbr", 0.85)]
    [InlineData("Ledbat", 0.6)]
    [Trait("Scenario", "F10")]
    public void A_queue_that_marks_stays_short_and_loses_nothing(string name, double shareMin)
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Run(Marking, SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        LossRecovery recovery = flow.Connection.Recovery;
        long before = flow.BytesRead;
        double wait = 0;
        for (int i = 0; i < 500; i++)
        {
            path.World.RunFor(Duration.FromMilliseconds(20));
            wait += path.Link.NewestWait.Milliseconds / 500;
        }

        double share = (flow.BytesRead - before) / 10.0 / (Rate * 0.95);
        Assert.Equal(EcnState.Capable, recovery.Ecn);
        Assert.True(share >= shareMin, $"{share:0.00} of the link");
        Assert.True(wait <= 20, $"{wait:0.0} ms of queue on average");
        Assert.Equal(0, path.Link.DatagramsDropped);
        Assert.Equal(0, recovery.PacketsLost);
        Assert.Equal(path.Link.DatagramsMarked > 0, recovery.PacketsMarked > 0);
        Assert.True(name == "Bbr" || recovery.PacketsMarked > 0, "nothing was marked");
    }

    [Fact]
    public void A_path_that_clears_the_codepoint_is_used_without()
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Run(Marking with { ClearsEcn = true }, EndpointSettings.Default);
        Assert.Equal(EcnState.Failed, flow.Connection.Recovery.Ecn);
        Assert.Equal(0, path.Link.DatagramsMarked);
        Assert.True(flow.BytesRead > Rate, $"{flow.BytesRead} bytes");
    }

    [Fact]
    public void Without_the_option_no_packet_is_capable()
    {
        EndpointSettings settings = EndpointSettings.Default;
        settings = settings with
        {
            Connection = settings.Connection with { Recovery = settings.Connection.Recovery with { UsesEcn = false } },
        };
        (SimulatedBottleneck path, SimulatedFlow flow) = Run(Marking, settings);
        Assert.Equal(0, path.Link.DatagramsMarked);
        Assert.Equal(0, flow.Connection.Recovery.PacketsMarked);
    }

    private static (SimulatedBottleneck Path, SimulatedFlow Flow) Run(LinkModel link, EndpointSettings settings)
    {
        var path = new SimulatedBottleneck(1, link);
        SimulatedFlow flow = path.Add(settings);
        flow.Send(new byte[(int)Rate * 20]);
        path.World.RunFor(Duration.FromSeconds(3));
        return (path, flow);
    }
}
