using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

public sealed class CreditScenarioTests
{
    [Fact]
    [Trait("Scenario", "F1")]
    public void A_window_that_was_wide_once_grants_credit_again_when_its_reader_has_become_slow()
    {
        const long Least = 64 * 1_024;
        var settings = new EndpointSettings
        {
            Connection = new ConnectionSettings { Streams = new StreamSettings { SinkWindowBytesMin = Least } },
        };
        using var chain = new SimulatedChain(41, new LinkModel(), hops: 1, settings) { ReaderWants = 12_000_000 };
        byte[] payload = chain.Payload(24_000_000);
        chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: 12_000_000 }], Duration.FromSeconds(60)));
        SimulatedReader reader = chain.Readers[0];
        long widest = reader.Stream.Ring.Capacity;
        Assert.True(widest > 8 * Least, $"the window grew to {widest} bytes only");

        // So slow, for so long, that the measured rate asks for the least window; the ring stays as wide as it was.
        while (reader.Stream.Granted < payload.Length && chain.World.Now < new Instant(60_000_000_000))
        {
            reader.Want(reader.Count + 2_000, chain.World.Now);
            chain.World.RunFor(Duration.FromMilliseconds(10));
            if (reader.Stream.Ring.HighestEnd == reader.Count)
            {
                break;
            }
        }

        reader.Want(long.MaxValue, chain.World.Now);
        Assert.True(chain.World.RunUntil(() => reader.IsWhole, Duration.FromSeconds(20)), $"{reader.Count} bytes, {reader.Ended}");
    }
}
