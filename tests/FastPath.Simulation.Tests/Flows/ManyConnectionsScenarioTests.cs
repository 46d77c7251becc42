using FastPath.Protocol.Connections;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>One endpoint that sends to many over one link: together they get what one alone gets.</summary>
public sealed class ManyConnectionsScenarioTests
{
    private const long Rate = 5_000_000;

    // Of what a link of this rate carries: the rest of a datagram is header, tag and the head of a frame.
    private const double PayloadShare = 0.95;
    private const double Seconds = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    [Trait("Scenario", "M7")]
    public void Connections_together_fill_the_link_as_one_does(int count) =>
        Assert.InRange(SharesOfRate(count, endpointLimit: 0, connectionLimit: 0).Sum(), 0.9, 1.02);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    [Trait("Scenario", "M7")]
    public void Connections_share_a_budget_of_all_equally_and_never_exceed_it(int count)
    {
        double[] shares = SharesOfRate(count, endpointLimit: Rate / 2, connectionLimit: 0);
        Assert.InRange(shares.Sum(), 0.45, 0.5 / PayloadShare);
        double jain = Math.Pow(shares.Sum(), 2) / (count * shares.Sum(share => share * share));
        Assert.True(jain >= 0.95, $"{jain:0.000}");
    }

    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(2, 0.5)]
    [InlineData(4, 1)]
    [InlineData(16, 1)]
    [Trait("Scenario", "M7")]
    public void Connections_with_a_limit_each_add_up_until_the_link_is_full(int count, double expected)
    {
        double sum = SharesOfRate(count, endpointLimit: 0, connectionLimit: Rate / 4).Sum();
        Assert.InRange(sum, 0.9 * expected, 1.05 * expected);
    }

    [Fact]
    [Trait("Scenario", "M7")]
    public void Connections_take_turns_of_what_the_engine_hands_over_as_one_buffer()
    {
        // Packet by packet, sixteen connections got a quarter of the goodput of one: a buffer is for one peer.
        var fan = new SenderFan(4, new LinkModel { Delay = Duration.FromMilliseconds(1) }, limit: 0);
        fan.Send(20_000_000);
        fan.World.RunFor(Duration.FromMilliseconds(50));
        (long bytes, int runs) = (fan.SentBytes, fan.Runs);
        double[] rates = fan.RatesOver(0.05);
        double bytesOfRun = (fan.SentBytes - bytes) / (double)(fan.Runs - runs);
        Assert.InRange(bytesOfRun, 32_000, 70_000);
        Assert.InRange(rates.Min() / rates.Max(), 0.8, 1);
    }

    /// <summary>Payload of each connection over the rate of the link that all share, once they have had a while to settle.</summary>
    private static double[] SharesOfRate(int count, long endpointLimit, long connectionLimit)
    {
        var link = new LinkModel { Delay = Duration.FromMilliseconds(10) };
        var fan = new SenderFan(
            count, link, endpointLimit, link with { RateBytesPerSecond = Rate, QueueBytes = Rate / 20, Shared = new LinkState() });
        foreach (Connection connection in fan.Sender.Connections)
        {
            connection.SetRateLimit(fan.World.Now, connectionLimit);
        }

        fan.Send((int)(Rate * (Seconds + 3)));
        fan.World.RunFor(Duration.FromSeconds(2));
        return [.. fan.RatesOver(Seconds).Select(rate => rate / Rate / PayloadShare)];
    }
}
