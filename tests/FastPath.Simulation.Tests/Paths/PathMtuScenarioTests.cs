using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Paths;

public sealed class PathMtuScenarioTests
{
    private const int PayloadBytes = 3_000_000;
    private static readonly Duration Limit = Duration.FromSeconds(300);
    private static readonly EndpointSettings Auto = EndpointSettings.Default with
    {
        Connection = ConnectionSettings.Default with { Mtu = PathMtuSettings.Auto },
    };

    [Theory]
    [InlineData(1_200, 1_200)]
    [InlineData(1_451, 1_200)]
    [InlineData(1_452, 1_452)]
    [InlineData(1_472, 1_452)]
    [InlineData(8_972, 8_952)]
    [InlineData(0, 65_000)]
    [Trait("Scenario", "C6")]
    public void The_longest_size_that_passes_is_found_and_its_probes_are_no_sign_of_load(int linkBytes, int found)
    {
        var chain = new SimulatedChain(1, new LinkModel { MtuBytes = linkBytes }, hops: 1, Auto);
        Transfer(chain);
        Connection sender = chain.Link(0, 1);
        Assert.Equal(found, sender.Path.Current);
        Assert.Equal(0, sender.Recovery.PacketsLost);
        Assert.Equal(0, sender.Path.BlackHoles);
        Assert.Equal(sender.Recovery.MtuProbesLost, chain.World.DatagramsTooLong);
        Assert.InRange(sender.Path.ProbesSent, 1, 6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("Scenario", "C6")]
    public void A_size_that_stops_working_is_given_up_and_every_byte_is_cut_anew(ulong seed)
    {
        int mtuBytes = 0;
        var chain = new SimulatedChain(seed, new LinkModel(), hops: 1, Auto);
        chain.World.LinkOf = (_, _) => new LinkModel { MtuBytes = mtuBytes, Loss = 0.01 };
        Transfer(chain);
        Connection sender = chain.Link(0, 1);
        Assert.Equal(65_000, sender.Path.Current);

        mtuBytes = 1_472;
        Transfer(chain);
        Assert.True(sender.Path.BlackHoles >= 1);
        chain.World.RunFor(Duration.FromSeconds(3));
        Transfer(chain);
        Assert.Equal(1_452, sender.Path.Current);
    }

    [Fact]
    public void A_path_that_became_wider_is_found_out_after_a_while()
    {
        int mtuBytes = 1_472;
        var chain = new SimulatedChain(4, new LinkModel(), hops: 1, Auto);
        chain.World.LinkOf = (_, _) => new LinkModel { MtuBytes = mtuBytes };
        Transfer(chain);
        mtuBytes = 9_000;
        Transfer(chain);
        Assert.Equal(1_452, chain.Link(0, 1).Path.Current);
        chain.World.RunFor(Duration.FromSeconds(601));
        Transfer(chain);
        Assert.Equal(8_952, chain.Link(0, 1).Path.Current);
    }

    [Theory]
    [InlineData(1_472, true)]
    [InlineData(1_400, true)]
    [InlineData(1_472, false)]
    [InlineData(1_400, false)]
    [Trait("Scenario", "C6")]
    public void A_path_that_narrows_under_a_transfer_and_widens_again_loses_nothing(int narrowBytes, bool isRefused)
    {
        var chain = new SimulatedChain(8, new LinkModel(), hops: 1, Auto);
        int mtuBytes = 0;
        chain.World.LinkOf = (_, _) => new LinkModel { MtuBytes = mtuBytes, RefusesLonger = isRefused };
        Transfer(chain);
        Connection sender = chain.Link(0, 1);
        Assert.Equal(65_000, sender.Path.Current);
        int fitting = narrowBytes >= 1_452 ? 1_452 : 1_200;

        byte[] payload = chain.Payload(PayloadBytes);
        SimulatedWriter writer = chain.Send(payload);
        chain.World.RunFor(Duration.FromMilliseconds(25));
        Assert.True(chain.Readers[1].Count > 0);
        mtuBytes = narrowBytes;
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null && chain.Readers[1].Ended is not null, Limit));
        Assert.True(payload.AsSpan().SequenceEqual(chain.Readers[1].Bytes));
        Assert.True(sender.Path.Current <= fitting);

        // Where the system itself refuses, nothing was lost on the way, and no round trip is waited for.
        Assert.Equal(isRefused, sender.Recovery.PacketsLost == 0);
        Assert.Equal(isRefused, sender.Path.BlackHoles == 0);
        chain.World.RunFor(Duration.FromSeconds(3));
        Transfer(chain);
        Assert.Equal(fitting, sender.Path.Current);
        mtuBytes = 0;
        chain.World.RunFor(Duration.FromSeconds(601));
        Transfer(chain);
        Assert.Equal(65_000, sender.Path.Current);
    }

    [Fact]
    [Trait("Scenario", "C6")]
    public void A_way_that_refuses_a_length_concerns_the_peer_at_its_end_alone()
    {
        var chain = new SimulatedChain(9, new LinkModel(), hops: 2, Auto);
        chain.World.LinkOf = (_, to) => new LinkModel { MtuBytes = to == SimulatedChain.AddressOf(2) ? 1_472 : 0, RefusesLonger = true };
        Transfer(chain);
        Assert.Equal(8_952, chain.Link(0, 1).Path.Current);
        Assert.Equal(1_452, chain.Link(1, 2).Path.Current);
        Assert.Equal(0, chain.Link(1, 2).Recovery.PacketsLost);
    }

    [Fact]
    public void Who_sends_little_sends_no_probe()
    {
        var chain = new SimulatedChain(5, new LinkModel(), hops: 1, Auto);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(chain.Link(0, 1).TryQueueMessage(new byte[500], out _));
            chain.World.RunFor(Duration.FromSeconds(1));
        }

        Assert.Equal(0, chain.Link(0, 1).Path.ProbesSent);
        Assert.Equal(0, chain.Link(1, 0).Path.ProbesSent);
    }

    [Fact]
    public void Many_messages_at_once_get_longer_packets_though_none_fills_a_short_one()
    {
        const int Messages = 80;
        var chain = new SimulatedChain(5, new LinkModel(), hops: 1, Auto);
        for (int i = 0; i < 3; i++)
        {
            long packets = chain.Link(0, 1).Counters.PacketsSent;
            for (int message = 0; message < Messages; message++)
            {
                Assert.True(chain.Link(0, 1).TryQueueMessage(new byte[1_000], out _));
            }

            chain.World.RunFor(Duration.FromSeconds(1));
            chain.Link(1, 0).OnMessageConsumed(Messages * 1_000);
            if (i > 0)
            {
                Assert.InRange(chain.Link(0, 1).Counters.PacketsSent - packets, 1, Messages / 4);
            }
        }

        Assert.Equal(65_000, chain.Link(0, 1).Path.Current);
        Assert.Equal(0, chain.Link(0, 1).Recovery.PacketsLost);
    }

    [Fact]
    [Trait("Scenario", "R10")]
    public void Long_packets_over_bad_paths_bring_the_bytes_as_sent()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var model = new LinkModel { Loss = 0.1, Duplication = 0.1, Corruption = 0.01, Jitter = Duration.FromMilliseconds(10) };
            var chain = new SimulatedChain(seed, model, hops: 2, Auto);
            Transfer(chain);
        }
    }

    [Fact]
    public void A_relay_takes_and_sends_packets_of_moderate_length()
    {
        var chain = new SimulatedChain(6, new LinkModel(), hops: 2, Auto);
        Transfer(chain);
        int longest = 0;
        chain.World.Intercept = (_, _, datagram) =>
        {
            longest = Math.Max(longest, datagram.Length);
            return true;
        };
        Transfer(chain);
        Assert.Equal(8_952, longest);
        Assert.Equal(8_952, chain.Link(0, 1).Path.Current);
        Assert.Equal(8_952, chain.Link(1, 2).Path.Current);
    }

    [Fact]
    public void Credit_that_ends_inside_a_packet_waits_for_more_while_bytes_are_on_their_way()
    {
        var chain = new SimulatedChain(6, new LinkModel(), hops: 2, Auto);
        chain.World.LinkOf = (_, to) =>
            new LinkModel { RateBytesPerSecond = to == SimulatedChain.AddressOf(2) ? 10_000_000 : 0, QueueBytes = 100_000 };
        Transfer(chain);
        int full = 0;
        int cut = 0;
        chain.World.Intercept = (from, _, datagram) =>
        {
            bool isOrigin = from == SimulatedChain.AddressOf(0);
            full += isOrigin && datagram.Length > 8_000 ? 1 : 0;
            cut += isOrigin && datagram.Length is > 200 and < 4_000 ? 1 : 0;
            return true;
        };
        Transfer(chain);

        // The relay's window is full at all times, and each of its quarters would end inside a packet: eleven of these were cut.
        Assert.InRange(full, 300, 400);
        Assert.InRange(cut, 0, 3);
    }

    [Fact]
    public void A_reader_that_waits_for_the_last_bytes_of_its_window_gets_them()
    {
        var chain = new SimulatedChain(6, new LinkModel(), hops: 1, Auto);
        Transfer(chain);
        chain.ReaderWants = 0;
        chain.Send(chain.Payload(PayloadBytes));
        chain.World.RunFor(Duration.FromSeconds(5));
        ReceiveStream stream = chain.Readers[1].Stream;
        Assert.True(stream.Granted < PayloadBytes);
        Assert.Equal(stream.Granted, stream.Ring.Frontier);
    }

    [Fact]
    public void A_fixed_size_is_used_from_the_first_packet_on()
    {
        EndpointSettings settings = EndpointSettings.Default with
        {
            Connection = ConnectionSettings.Default with { Mtu = PathMtuSettings.Fixed(1_452) },
        };
        var chain = new SimulatedChain(7, new LinkModel(), hops: 1, settings);
        int first = 0;
        chain.World.Intercept = (from, _, datagram) =>
        {
            first = first == 0 && from == SimulatedChain.AddressOf(0) ? datagram.Length : first;
            return true;
        };
        Transfer(chain);
        Assert.Equal(1_452, first);
        Assert.Equal(0, chain.Link(0, 1).Path.ProbesSent);
    }

    [Theory]
    [InlineData(1_200)]
    [InlineData(8_952)]
    [Trait("Scenario", "F17")]
    public void What_is_charged_is_what_the_socket_got(int mtuBytes)
    {
        EndpointSettings settings = EndpointSettings.Default with
        {
            Connection = ConnectionSettings.Default with { Mtu = PathMtuSettings.Fixed(mtuBytes) },
        };
        var chain = new SimulatedChain(8, new LinkModel { Delay = Duration.FromMilliseconds(50) }, hops: 1, settings);
        chain.World.RunFor(Duration.FromSeconds(1));
        Connection sender = chain.Link(0, 1);
        Assert.Equal(0, sender.Recovery.BytesInFlight);
        long sent = 0;
        chain.World.Intercept = (from, _, datagram) =>
        {
            sent += from == SimulatedChain.AddressOf(0) ? datagram.Length : 0;
            return true;
        };
        chain.Send(chain.Payload(PayloadBytes), chain.Payload(900));
        chain.World.RunFor(Duration.FromMilliseconds(40));
        Assert.True(sent > 5_000);
        Assert.Equal(sent, sender.Recovery.BytesInFlight);
    }

    private static void Transfer(SimulatedChain chain)
    {
        byte[] payload = chain.Payload(PayloadBytes);
        int before = chain.Readers.Count;
        SimulatedWriter writer = chain.Send(payload);
        Assert.True(chain.World.RunUntil(
            () => writer.Ended is not null && chain.Readers.Count > before && chain.Readers[before].Ended is not null, Limit));
        Assert.True(payload.AsSpan().SequenceEqual(chain.Readers[before].Bytes));
    }
}
