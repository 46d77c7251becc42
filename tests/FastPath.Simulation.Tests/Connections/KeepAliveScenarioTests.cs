using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Connections;

public sealed class KeepAliveScenarioTests
{
    [Fact]
    [Trait("Scenario", "F16")]
    public void A_keep_alive_that_waits_for_its_pace_leaves_no_deadline_in_the_past()
    {
        // A datagram takes 30 s at this rate, and a ping is wanted after each second of silence.
        var settings = new EndpointSettings
        {
            Connection = new ConnectionSettings
            {
                KeepAliveInterval = Duration.FromSeconds(1),
                Recovery = new RecoverySettings { RateLimitBytesPerSecond = 40 },
            },
        };
        using var chain = new SimulatedChain(1, new LinkModel(), hops: 1, settings);
        chain.Send(chain.Payload(40_000));
        int turns = 0;
        chain.World.Turned += _ => turns++;
        chain.World.RunFor(Duration.FromSeconds(60));
        Assert.InRange(turns, 1, 2_000);
    }
}
