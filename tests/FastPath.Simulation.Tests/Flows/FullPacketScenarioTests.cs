using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>The kernel cuts one buffer into datagrams of one length, the last of which may be shorter.</summary>
public sealed class FullPacketScenarioTests
{
    private static readonly LinkModel Link = new() { Delay = Duration.FromMilliseconds(5) };

    [Theory]
    [InlineData(1_200, 1)]
    [InlineData(1_200, 2)]
    [InlineData(1_452, 3)]
    [InlineData(8_952, 4)]
    [Trait("Scenario", "F17")]
    public void A_packet_that_is_nearly_full_is_as_long_as_its_neighbours_and_charged_so(int datagramBytes, ulong seed)
    {
        var path = new SimulatedBottleneck(seed, Link);
        EndpointSettings settings = SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Cubic);
        settings = settings with { Connection = settings.Connection with { Mtu = PathMtuSettings.Fixed(datagramBytes) } };
        SimulatedFlow flow = path.Add(settings);
        var random = new Random((int)seed);
        var turn = new List<int>();
        long charged = 0;
        int nearlyFull = 0;
        path.World.Intercept = (from, _, datagram) =>
        {
            if (from == flow.SenderAddress)
            {
                turn.Add(datagram.Length);
            }

            return true;
        };
        path.World.Turned += _ =>
        {
            // Of what left in one turn, that is in one batch: all but the last are full or much shorter.
            nearlyFull += turn.SkipLast(1).Count(length => length < datagramBytes && length > datagramBytes * 0.93);
            turn.Clear();
        };
        var writers = new List<SimulatedWriter>();
        for (int i = 0; i < 200; i++)
        {
            writers.Add(flow.Send(new byte[random.Next(1, 4 * datagramBytes)], metadataBytes: random.Next(200)));
        }

        path.World.Turned += _ => charged = Math.Max(charged, flow.Connection.Recovery.BytesInFlight);
        Assert.True(path.World.RunUntil(() => writers.TrueForAll(writer => writer.Ended is not null), Duration.FromSeconds(60)));
        Assert.Equal(0, nearlyFull);
        Assert.True(flow.Connection.Counters.PacketsPadded > 0);
        Assert.True(charged <= flow.Connection.Recovery.Congestion.WindowBytes);
        Assert.True(path.World.RunUntil(() => flow.Connection.Recovery.BytesInFlight == 0, Duration.FromSeconds(5)));
    }

    [Fact]
    [Trait("Scenario", "F17")]
    public void Padding_is_charged_and_neither_tails_nor_control_nor_what_is_much_shorter_gets_any()
    {
        var path = new SimulatedBottleneck(5, Link);
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Cubic));
        path.World.RunFor(Duration.FromSeconds(1));
        long sent = 0;
        var lengths = new List<int>();
        path.World.Intercept = (from, _, datagram) =>
        {
            if (from == flow.SenderAddress)
            {
                sent += datagram.Length;
                lengths.Add(datagram.Length);
            }

            return true;
        };

        // One stream that ends in a packet of its own, nearly full; a message; a ping.
        flow.Send(new byte[2_240]);
        path.World.RunFor(Duration.FromMilliseconds(1));
        Assert.Equal(sent, flow.Connection.Recovery.BytesInFlight);
        Assert.Equal(0, flow.Connection.Counters.PacketsPadded);
        Assert.Equal(1_200, lengths[0]);
        Assert.InRange(lengths[1], 1_090, 1_199);
        path.World.RunFor(Duration.FromSeconds(1));
        lengths.Clear();
        Assert.True(flow.Connection.TryQueueMessage(new byte[1_100], out _));
        flow.Ping();
        path.World.RunFor(Duration.FromMilliseconds(1));
        Assert.Equal(0, flow.Connection.Counters.PacketsPadded);
        Assert.All(lengths, length => Assert.True(length < 1_200));
    }

    [Fact]
    [Trait("Scenario", "F17")]
    public void What_the_peer_answers_alone_is_short_and_stays_so()
    {
        var path = new SimulatedBottleneck(6, Link);
        SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Cubic));
        int longest = 0;
        PeerAddress receiver = flow.ReceiverAddress;
        path.World.Intercept = (from, _, datagram) =>
        {
            longest = from == receiver ? Math.Max(longest, datagram.Length) : longest;
            return true;
        };
        SimulatedWriter writer = flow.Send(new byte[500_000]);
        Assert.True(path.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(60)));
        Assert.InRange(longest, 30, 200);
    }
}
