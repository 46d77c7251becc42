using System.Buffers.Binary;
using System.Net;
using FastPath.Buffers.Datagrams;
using FsCheck.Xunit;

namespace FastPath.Sockets.Tests.Conformance;

/// <summary>
/// What every engine does, over real sockets on loopback. Each engine has a class that derives from this one.
/// </summary>
public abstract partial class DatagramSocketConformance
{
    private const int Megabyte = 1_024 * 1_024;

    public static TheoryData<string> Hosts => Loopback.Hosts;

    private protected abstract IDatagramSocket Open(IPEndPoint local, DatagramSocketSettings settings);

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Datagrams_of_alternating_peers_come_with_their_addresses(string host)
    {
        using IDatagramSocket server = Open(host);
        using IDatagramSocket first = Open(host);
        using IDatagramSocket second = Open(host);
        for (int length = 1; length <= 1_500; length += 100)
        {
            foreach (IDatagramSocket peer in new[] { first, second })
            {
                byte[] datagram = Pattern(length);
                peer.Send(datagram, server.LocalAddress);
                (byte[] bytes, PeerAddress from) = SocketPatience.Receive(server);
                Assert.Equal(peer.LocalAddress, from);
                Assert.Equal(datagram, bytes);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9_000)]
    [InlineData(65_507)]
    public void Any_length_that_IPv4_carries_arrives_whole(int length)
    {
        using IDatagramSocket server = Open();
        using IDatagramSocket client = Open();
        byte[] datagram = Pattern(length);
        client.Send(datagram, server.LocalAddress);
        Assert.Equal(datagram, SocketPatience.Receive(server).Bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void Batches_to_peers_that_take_turns_arrive_whole_and_in_order(int peers)
    {
        const int PerPeer = 150;
        using IDatagramSocket sender = Open();
        IDatagramSocket[] receivers = Enumerable.Range(0, peers).Select(_ => Open()).ToArray();
        for (int i = 0; i < PerPeer; i++)
        {
            for (int peer = 0; peer < peers; peer++)
            {
                byte[] datagram = Numbered(i, peer);
                datagram.CopyTo(sender.RentSend(2_000));
                sender.CommitSend(datagram.Length, receivers[peer].LocalAddress);
            }
        }

        sender.Flush();
        Assert.Equal(peers * PerPeer, sender.Counters.DatagramsSent);
        for (int peer = 0; peer < peers; peer++)
        {
            for (int i = 0; i < PerPeer; i++)
            {
                Assert.Equal(Numbered(i, peer), SocketPatience.Receive(receivers[peer]).Bytes);
            }

            receivers[peer].Dispose();
        }
    }

    [Property(MaxTest = 30)]
    public void Any_sequence_of_lengths_arrives_as_it_was_committed(ushort[] lengths)
    {
        using IDatagramSocket sender = Open();
        using IDatagramSocket receiver = Open();
        byte[][] datagrams = lengths.Select(length => Pattern(length % 3_000)).ToArray();
        foreach (byte[] datagram in datagrams)
        {
            sender.CommitCopy(datagram, receiver.LocalAddress);
        }

        sender.Flush();
        foreach (byte[] datagram in datagrams)
        {
            Assert.Equal(datagram, SocketPatience.Receive(receiver).Bytes);
        }
    }

    [Fact]
    public void Space_that_is_not_committed_is_not_sent()
    {
        using IDatagramSocket sender = Open();
        using IDatagramSocket receiver = Open();
        sender.RentSend(2_000).Fill(1);
        sender.RentSend(1_000)[0] = 2;
        sender.CommitSend(1, receiver.LocalAddress);
        sender.RentSend(2_000).Fill(3);
        sender.Flush();
        Assert.Equal([2], SocketPatience.Receive(receiver).Bytes);
        receiver.Wait(TimeSpan.FromMilliseconds(1));
        Assert.False(receiver.TryReceive(out _, out _));
        Assert.Equal(1, sender.Counters.DatagramsSent);
    }

    [IPv6Fact]
    [Trait("Scenario", "C10")]
    public void A_peer_over_IPv4_has_one_address_whatever_the_sockets_family()
    {
        using IDatagramSocket dual = Open(new IPEndPoint(IPAddress.IPv6Any, 0), DatagramSocketSettings.Default);
        using IDatagramSocket plain = Open();
        PeerAddress dualOverIPv4 = PeerAddress.FromIPv4(0x7F000001, dual.LocalAddress.Port);

        plain.Send([1], dualOverIPv4);
        Assert.Equal(plain.LocalAddress, SocketPatience.Receive(dual).From);
        dual.Send([2], plain.LocalAddress);
        Assert.Equal(dualOverIPv4, SocketPatience.Receive(plain).From);

        var mapped = PeerAddress.FromEndPoint(
            new IPEndPoint(IPAddress.Loopback.MapToIPv6(), plain.LocalAddress.Port));
        Assert.Equal(plain.LocalAddress, mapped);
        dual.Send([3], mapped);
        Assert.Equal(dualOverIPv4, SocketPatience.Receive(plain).From);
    }

    [IPv6Fact]
    public void A_dual_stack_socket_speaks_both_families()
    {
        using IDatagramSocket dual = Open(new IPEndPoint(IPAddress.IPv6Any, 0), DatagramSocketSettings.Default);
        using IDatagramSocket four = Open();
        using IDatagramSocket six = Open("::1");
        for (int i = 0; i < 10; i++)
        {
            dual.Send([4], four.LocalAddress);
            dual.Send([6], six.LocalAddress);
            Assert.Equal([4], SocketPatience.Receive(four).Bytes);
            Assert.Equal([6], SocketPatience.Receive(six).Bytes);
        }
    }

    private protected static IPEndPoint LoopbackAnyPort => new(IPAddress.Loopback, 0);

    private protected IDatagramSocket Open(string host = "127.0.0.1") =>
        Open(new IPEndPoint(IPAddress.Parse(host), 0), DatagramSocketSettings.Default);

    /// <summary>Lengths change every few datagrams, so that groups end early, late and in the middle.</summary>
    private static byte[] Numbered(int number, int peer)
    {
        byte[] bytes = Pattern(number % 40 < 30 ? 1_200 : 100 + number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(sizeof(int)), peer);
        return bytes;
    }

    private protected static byte[] Pattern(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
