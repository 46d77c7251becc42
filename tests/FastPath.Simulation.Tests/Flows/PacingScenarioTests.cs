using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

public sealed class PacingScenarioTests
{
    private const long Limit = 500_000;

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F15")]
    public void A_rate_limit_holds_over_every_window_with_retransmissions_and_on_the_shortest_path(string name)
    {
        foreach (double roundTripMs in (double[])[0.2, 40])
        {
            var path = new SimulatedBottleneck(1, new LinkModel { Delay = Duration.FromMilliseconds(roundTripMs / 2), Loss = 0.05 });
            RecoverySettings recovery = RecoverySettings.Default with { RateLimitBytesPerSecond = Limit };
            SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name), recovery));
            List<(Instant At, int Bytes)> sent = Record(path, flow.SenderAddress);
            Instant start = path.World.Now;
            flow.Send(new byte[2_000_000]);
            Assert.True(path.World.RunUntil(() => flow.Readers is [{ IsWhole: true }], Duration.FromSeconds(300)));
            double excess = GreatestExcess(sent, Limit);

            // The burst is the initial window; acknowledgements of the other side's rare packets are not paced.
            Assert.True(excess <= 12_000 + 2_400, $"RTT {roundTripMs} ms: {excess} bytes beyond the rate");
            double rate = sent.Sum(s => s.Bytes) / (path.World.Now - start).Seconds;

            // Where the controller allows it, the limit is also reached.
            Assert.True(name != "Bbr" || rate >= 0.9 * Limit, $"RTT {roundTripMs} ms: {rate}");
        }
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F15")]
    public void A_new_transfer_does_not_leave_in_one_burst(string name)
    {
        var path = new SimulatedBottleneck(
            1, new LinkModel { Delay = Duration.FromMilliseconds(25), RateBytesPerSecond = 12_500_000, QueueBytes = 10_000_000 });
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        flow.Send(new byte[20_000_000]);
        Assert.True(path.World.RunUntil(() => flow.Readers is [{ IsWhole: true }], Duration.FromSeconds(300)));
        path.World.RunFor(Duration.FromSeconds(30));

        // A window of half a megabyte and more is open; what leaves at once is a few milliseconds of it.
        Assert.True(flow.Connection.Recovery.Congestion.WindowBytes > 250_000);
        List<(Instant At, int Bytes)> sent = Record(path, flow.SenderAddress);
        flow.Send(new byte[5_000_000]);
        Instant start = path.World.Now;
        path.World.RunFor(Duration.FromMilliseconds(10));
        long atOnce = sent.Where(s => s.At == start).Sum(s => s.Bytes);
        Assert.InRange(atOnce, 12_000, 120_000);
        Assert.True(sent.Sum(s => s.Bytes) > atOnce);
    }

    private static List<(Instant At, int Bytes)> Record(SimulatedBottleneck path, PeerAddress sender)
    {
        var sent = new List<(Instant At, int Bytes)>();
        path.World.Intercept = (from, _, datagram) =>
        {
            if (from == sender)
            {
                sent.Add((path.World.Now, datagram.Length));
            }

            return true;
        };
        return sent;
    }

    /// <summary>Over every window from one datagram to a later one: what left beyond rate x time.</summary>
    private static double GreatestExcess(List<(Instant At, int Bytes)> sent, long rate)
    {
        double before = 0;
        double least = double.MaxValue;
        double greatest = 0;
        foreach ((Instant at, int bytes) in sent)
        {
            double granted = at.Nanoseconds / 1e9 * rate;
            least = Math.Min(least, before - granted);
            before += bytes;
            greatest = Math.Max(greatest, before - granted - least);
        }

        return greatest;
    }
}
