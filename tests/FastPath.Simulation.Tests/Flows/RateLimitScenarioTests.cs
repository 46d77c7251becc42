using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>One endpoint that sends to several, under one limit.</summary>
public sealed class RateLimitScenarioTests
{
    private const long Limit = 1_000_000;
    private const int Receivers = 3;

    private readonly SenderFan _fan = new(Receivers, new LinkModel { Delay = Duration.FromMilliseconds(10) }, Limit);

    [Fact]
    [Trait("Scenario", "F15")]
    public void Connections_share_the_limit_of_their_endpoint_equally_and_use_it_up()
    {
        Send(bytes: 20_000_000);
        double[] shares = SharesOver(seconds: 10);
        Assert.InRange(shares.Sum(), 0.9, 1.0);
        Assert.All(shares, share => Assert.InRange(share * Receivers / shares.Sum(), 0.9, 1.1));
    }

    [Fact]
    [Trait("Scenario", "F15")]
    public void A_limit_that_is_changed_holds_from_then_on_in_both_directions()
    {
        Send(bytes: 60_000_000);
        SharesOver(seconds: 2);
        foreach (double factor in (double[])[0.1, 3, 0.5])
        {
            _fan.Sender.SetRateLimit(_fan.World.Now, (long)(Limit * factor));
            Assert.InRange(SharesOver(seconds: 4).Sum(), 0.88 * factor, 1.01 * factor);
        }

        _fan.Sender.Connections[0].SetRateLimit(_fan.World.Now, Limit / 20);
        Assert.InRange(SharesOver(seconds: 4)[0], 0.04, 0.0505);
        _fan.Sender.SetRateLimit(_fan.World.Now, 0);
        double[] shares = SharesOver(seconds: 2);
        Assert.InRange(shares[0], 0.04, 0.0505);
        Assert.True(shares[1] > 1, $"{shares[1]:0.00} of the limit that was");
    }

    private void Send(int bytes)
    {
        _fan.Send(bytes);
        _fan.World.RunFor(Duration.FromSeconds(1));
    }

    /// <summary>Payload of each connection over the limit; the datagrams of all never exceed the limit and a burst.</summary>
    private double[] SharesOver(double seconds)
    {
        long limit = _fan.Sender.RateLimitBytesPerSecond;
        long sentBefore = _fan.SentBytes;
        double[] rates = _fan.RatesOver(seconds);

        // Acknowledgements are not paced; the receivers here ask for next to none.
        long sent = _fan.SentBytes - sentBefore;
        Assert.True(limit == 0 || sent <= (limit * seconds * 1.005) + 5_000, $"{sent} bytes");
        return [.. rates.Select(rate => rate / Limit)];
    }
}
