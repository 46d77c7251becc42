using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>One Mbit/s both ways, 100 ms, a queue of one bandwidth-delay product, and more to send than fits.</summary>
public sealed class SaturationScenarioTests
{
    private const long Rate = 125_000;
    private static readonly LinkModel Link = new()
    {
        Delay = Duration.FromMilliseconds(50),
        RateBytesPerSecond = Rate,
        QueueBytes = Rate / 10,
    };

    [Theory]
    [InlineData(nameof(CongestionAlgorithm.Bbr), 230)]
    [InlineData(nameof(CongestionAlgorithm.Ledbat), 200)]
    [InlineData(nameof(CongestionAlgorithm.Cubic), 350)]
    [Trait("Scenario", "F14")]
    public void Pings_beside_bulk_both_ways_are_answered_soon_and_no_keep_alive_is_missed(string name, double p99MsMax)
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Saturate(name);
        for (int i = 0; i < 480; i++)
        {
            flow.Ping();
            path.World.RunFor(Duration.FromMilliseconds(250));
        }

        double[] times = [.. flow.PingTimes.Select(time => time.Milliseconds).Order()];
        Assert.True(times.Length >= 476, $"{times.Length} pings answered");
        double p99 = times[times.Length * 99 / 100];
        Assert.True(p99 <= p99MsMax, $"median {times[times.Length / 2]:0}, p99 {p99:0} ms");
        Assert.Equal(ConnectionState.Established, flow.Connection.State);
        double goodput = flow.BytesRead / (path.World.Now - Instant.Zero).Seconds / Rate;
        double back = flow.BackReaders.Sum(reader => reader.Stream.Ring.Frontier) / (path.World.Now - Instant.Zero).Seconds / Rate;
        Assert.True(goodput + back >= 1.2, $"{goodput:0.00} there and {back:0.00} back");
    }

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F14")]
    public void A_message_overtakes_a_bulk_stream(string name)
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Saturate(name);
        for (int i = 0; i < 10; i++)
        {
            path.World.RunFor(Duration.FromSeconds(1));
            Instant start = path.World.Now;
            SimulatedWriter message = flow.Send(new byte[10_000], StreamKind.Whole);
            Assert.True(path.World.RunUntil(() => message.Ended is not null, Duration.FromSeconds(30)));

            // Its own 80 ms on the link, twice the path with both queues, and a packet of the bulk before each of its own.
            Assert.True(path.World.Now - start <= Duration.FromMilliseconds(700), $"{path.World.Now - start}");
            Assert.True(flow.Connection.TryQueueMessage(new byte[1_000], out _));
            start = path.World.Now;
            int messages = flow.Messages.Count;
            Assert.True(path.World.RunUntil(() => flow.Messages.Count > messages, Duration.FromSeconds(30)));
            Assert.True(path.World.Now - start <= Duration.FromMilliseconds(250), $"{path.World.Now - start}");
        }
    }

    [Fact]
    [Trait("Scenario", "F2")]
    public void A_receiver_that_takes_no_message_stalls_messages_and_nothing_else()
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Saturate(nameof(CongestionAlgorithm.Bbr));
        int refused = 0;
        for (int i = 0; i < 2_000; i++)
        {
            refused += flow.Connection.TryQueueMessage(new byte[500], out _) ? 0 : 1;
            path.World.RunFor(Duration.FromMilliseconds(10));
        }

        // Nobody consumes them: as many as the credit allows have come, the rest waits or was refused to its sender.
        Assert.Equal(ConnectionSettings.Default.MessageCreditBytes / 500 * 500, flow.Messages.Sum(message => message.Length));
        Assert.True(refused > 0);
        long before = flow.BytesRead;
        path.World.RunFor(Duration.FromSeconds(5));
        Assert.True(flow.BytesRead - before >= 0.6 * 5 * Rate, $"{flow.BytesRead - before} bytes in five seconds");
        foreach (Endpoint endpoint in (Endpoint[])[flow.Sender, flow.Receiver])
        {
            Assert.Equal(1, endpoint.Counters.HandshakesCompleted);
            Assert.Equal(0, endpoint.Counters.DatagramsUnknownIndex + endpoint.Counters.DatagramsMalformed);
        }
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.1)]
    [Trait("Scenario", "F2")]
    public void Acknowledgements_new_bytes_and_bytes_again_all_go_on_beside_each_other(double loss)
    {
        var path = new SimulatedBottleneck(3, new LinkSchedule(Link with { Loss = loss }), new LinkSchedule(Link with { Loss = loss }));
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Bbr));
        flow.Send(new byte[100_000_000]);
        flow.SendBack(new byte[100_000_000]);
        path.World.RunFor(Duration.FromSeconds(5));

        // Bytes count when all before them have come: one that is lost twice holds those behind it back for a while.
        const int Span = 4;
        for (int second = 0; second < 20; second += Span)
        {
            long read = flow.BytesRead;
            long again = flow.Sender.StreamCounters.FragmentsSentAgain;
            long sent = flow.Sender.StreamCounters.FragmentsSent;
            long back = flow.BackReaders.Sum(reader => reader.Stream.Ring.Frontier);
            path.World.RunFor(Duration.FromSeconds(Span));
            long more = flow.Sender.StreamCounters.FragmentsSent - sent;
            Assert.InRange(flow.Sender.StreamCounters.FragmentsSentAgain - again, loss > 0.05 ? 1 : 0, more / 2);
            Assert.True(flow.BytesRead - read >= 0.2 * Span * Rate, $"second {second}: {flow.BytesRead - read} bytes there");
            Assert.True(flow.BackReaders.Sum(reader => reader.Stream.Ring.Frontier) - back >= 0.2 * Span * Rate, $"second {second}: back {flow.BackReaders.Sum(reader => reader.Stream.Ring.Frontier) - back}");
        }
    }

    private static (SimulatedBottleneck Path, SimulatedFlow Flow) Saturate(string name)
    {
        // Both ways: the acknowledgements of one stream wait behind the bytes of the other.
        var path = new SimulatedBottleneck(1, new LinkSchedule(Link), new LinkSchedule(Link));
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(ControllerData.Parse(name)));
        flow.Send(new byte[100_000_000]);
        flow.SendBack(new byte[100_000_000]);
        path.World.RunFor(Duration.FromSeconds(5));
        return (path, flow);
    }
}
