using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Acknowledgements between two nodes: in time, repaired when lost, and none without need.</summary>
public sealed class AcknowledgementScenarioTests
{
    private const int PacketBytes = 1_100;
    private static readonly Duration Delay = Duration.FromMilliseconds(20);
    private static readonly LinkModel Link = new() { Delay = Delay };

    [Fact]
    [Trait("Scenario", "F3")]
    public void The_last_packet_of_any_burst_is_acknowledged_in_time_and_nothing_is_sent_again()
    {
        for (int packets = 1; packets <= 40; packets++)
        {
            (SimulatedBottleneck path, SimulatedFlow flow) = Connect((ulong)packets, Link);
            Instant lastArrival = Instant.Zero;
            path.World.Intercept = (from, _, datagram) =>
            {
                lastArrival = from == flow.SenderAddress && datagram.Length > PacketBytes / 2 ? path.World.Now + Delay : lastArrival;
                return true;
            };
            SimulatedWriter writer = flow.Send(new byte[packets * PacketBytes]);
            Assert.True(path.World.RunUntil(() => writer.Stream.HighestSent == packets * PacketBytes && flow.Connection.Recovery.BytesInFlight == 0, Duration.FromSeconds(5)));

            // It travels as long as the packet did.
            Duration taken = path.World.Now - lastArrival;
            Assert.True(taken <= RecoverySettings.Default.PeerMaxAckDelay + Delay, $"{packets} packets: {taken} after the last one came");
            path.World.RunFor(Duration.FromSeconds(2));
            Assert.Equal(0, flow.Sender.StreamCounters.FragmentsSentAgain);
            Assert.Equal(0, flow.Connection.Recovery.PacketsLost);
        }
    }

    [Fact]
    [Trait("Scenario", "F4")]
    public void Half_of_all_acknowledgements_lost_costs_few_packets_more()
    {
        long whole = PacketsOf(dropShare: 0, seed: 1);
        for (ulong seed = 1; seed <= 10; seed++)
        {
            long packets = PacketsOf(dropShare: 0.5, seed);
            Assert.True(packets <= whole * 2.5, $"seed {seed}: {packets} packets instead of {whole}");
        }
    }

    [Fact]
    [Trait("Scenario", "F4")]
    public void One_acknowledgement_lost_sends_what_it_covered_again_once_at_most()
    {
        for (int packets = 1; packets <= 12; packets++)
        {
            (SimulatedBottleneck path, SimulatedFlow flow) = Connect((ulong)packets, Link);
            int toDrop = 1;
            path.World.Intercept = (from, _, _) => from != flow.ReceiverAddress || --toDrop < 0;
            SimulatedWriter writer = flow.Send(new byte[packets * PacketBytes]);
            Assert.True(path.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(10)));
            path.World.RunFor(Duration.FromSeconds(2));
            Assert.Equal(StreamErrorCode.None, writer.Ended);
            Assert.True(toDrop < 0, "no acknowledgement was dropped");
            Assert.InRange(flow.Sender.StreamCounters.FragmentsSentAgain, 0, packets + 1);

            // What came twice was acknowledged twice, and has left the flight once.
            Assert.Equal(0, flow.Connection.Recovery.BytesInFlight);
            Assert.True(flow.Connection.Recovery.IsQuiescent);
        }
    }

    [Fact]
    [Trait("Scenario", "F5")]
    public void After_the_last_byte_was_acknowledged_a_minute_brings_keep_alives_and_nothing_more()
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Connect(3, Link);
        SimulatedWriter there = flow.Send(new byte[500_000]);
        SimulatedWriter back = flow.SendBack(new byte[500_000]);
        Assert.True(path.World.RunUntil(() => there.Ended is not null && back.Ended is not null, Duration.FromSeconds(30)));
        path.World.RunFor(Duration.FromSeconds(1));
        Assert.Equal(0, flow.Connection.Recovery.BytesInFlight);
        int sent = 0;
        int returned = 0;
        path.World.Intercept = (from, _, _) =>
        {
            sent += from == flow.SenderAddress ? 1 : 0;
            returned += from == flow.ReceiverAddress ? 1 : 0;
            return true;
        };
        path.World.RunFor(Duration.FromSeconds(60));

        // In each of four intervals a PING and the ACK of the other side's, at most.
        Assert.InRange(sent, 2, 8);
        Assert.InRange(returned, 2, 8);
    }

    [Fact]
    [Trait("Scenario", "F1")]
    public void A_stalled_stream_holds_up_no_ping_and_moves_within_a_round_trip_of_its_reader()
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Connect(4, Link);
        flow.ReaderWants = 0;
        SimulatedWriter writer = flow.Send(new byte[500_000]);
        path.World.RunFor(Duration.FromSeconds(5));
        long credit = writer.Stream.HighestSent;
        Assert.Equal(credit, flow.Readers[0].Stream.Ring.Frontier);
        for (int i = 0; i < 20; i++)
        {
            flow.Ping();
            path.World.RunFor(Duration.FromMilliseconds(250));
        }

        Assert.Equal(20, flow.PingTimes.Count);
        Assert.All(flow.PingTimes, time => Assert.InRange(time.Milliseconds, 40, 45.1));
        Assert.Equal(credit, writer.Stream.HighestSent);
        Assert.Equal(0, flow.Sender.StreamCounters.FragmentsSentAgain + flow.Receiver.StreamCounters.FramesLate);

        Instant asked = path.World.Now;
        flow.Readers[0].Want(long.MaxValue, asked);
        Assert.True(path.World.RunUntil(() => writer.Stream.HighestSent > credit, Duration.FromSeconds(5)));
        Assert.True(path.World.Now - asked <= Delay * 2, $"{path.World.Now - asked} until it moved");
    }

    [Fact]
    [Trait("Scenario", "F1")]
    public void A_lost_grant_is_repaired_within_a_probe_timeout()
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Connect(5, Link);
        flow.ReaderWants = 0;
        SimulatedWriter writer = flow.Send(new byte[500_000]);
        path.World.RunFor(Duration.FromMilliseconds(400));
        long credit = writer.Stream.HighestSent;
        int lost = 0;
        path.World.Intercept = (from, _, _) => from != flow.ReceiverAddress || lost++ > 0;
        Instant asked = path.World.Now;
        Duration probeTimeout = flow.Receiver.Find(flow.Sender.PublicKey)!.Recovery.ProbeTimeout;
        flow.Readers[0].Want(long.MaxValue, asked);
        Assert.True(path.World.RunUntil(() => writer.Stream.HighestSent > credit, Duration.FromSeconds(5)));
        Assert.True(lost > 0, "no grant was lost");
        Assert.True(path.World.Now - asked <= probeTimeout + (Delay * 2), $"{path.World.Now - asked}, probe timeout {probeTimeout}");
    }

    private static long PacketsOf(double dropShare, ulong seed)
    {
        (SimulatedBottleneck path, SimulatedFlow flow) = Connect(seed, Link with { RateBytesPerSecond = 2_500_000 });
        long before = flow.Connection.Counters.PacketsSent;
        path.World.Intercept = (from, _, _) => from != flow.ReceiverAddress || !path.World.Random.NextChance(dropShare);
        SimulatedWriter writer = flow.Send(new byte[1_000_000]);
        Assert.True(path.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(60)));
        path.World.RunFor(Duration.FromSeconds(5));
        Assert.Equal(StreamErrorCode.None, writer.Ended);
        Assert.Equal(0, flow.Connection.Recovery.BytesInFlight);
        return flow.Connection.Counters.PacketsSent - before;
    }

    private static (SimulatedBottleneck Path, SimulatedFlow Flow) Connect(ulong seed, LinkModel link)
    {
        var path = new SimulatedBottleneck(seed, link);
        SimulatedFlow flow = path.Add(EndpointSettings.Default);
        path.World.RunFor(Duration.FromSeconds(1));
        return (path, flow);
    }
}
