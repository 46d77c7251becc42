using System.Buffers.Binary;
using System.Net;
using FastPath.Buffers.Datagrams;
using FsCheck.Xunit;

namespace FastPath.Sockets.Tests.Conformance;

/// <summary>What every engine does, over real sockets on loopback. Each engine has a class that derives from this one.</summary>
public abstract class DatagramSocketConformance
{
    private const int Megabyte = 1_024 * 1_024;

    private protected abstract IDatagramSocket Open(IPEndPoint local, DatagramSocketSettings settings);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
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
    [InlineData(1_000, 1_001)]
    [InlineData(1_000, 9_000)]
    [InlineData(1_000, 65_507)]
    public void A_datagram_longer_than_admitted_is_dropped_whole_and_counted(int admitted, int length)
    {
        using IDatagramSocket server =
            Open(LoopbackAnyPort, DatagramSocketSettings.Default with { DatagramBytesMax = admitted });
        using IDatagramSocket client = Open();
        byte[] longest = Pattern(admitted);
        client.Send(Pattern(length), server.LocalAddress);
        client.Send(longest, server.LocalAddress);
        Assert.Equal(longest, SocketPatience.Receive(server).Bytes);
        Assert.Equal(1, server.Counters.ReceiveTooLong);
        Assert.Equal(1, server.Counters.DatagramsReceived);
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

    [Fact]
    public void More_than_was_rented_cannot_be_committed()
    {
        using IDatagramSocket socket = Open();
        Assert.Throws<ArgumentOutOfRangeException>(() => socket.RentSend(65_536));
        socket.RentSend(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => socket.CommitSend(11, socket.LocalAddress));
        socket.RentSend(10);
        socket.CommitSend(10, socket.LocalAddress);
        Assert.Throws<ArgumentOutOfRangeException>(() => socket.CommitSend(10, socket.LocalAddress));
    }

    [Fact]
    public void A_wait_flushes_first()
    {
        using IDatagramSocket socket = Open();
        socket.CommitCopy([1, 2, 3], socket.LocalAddress);
        Assert.Equal([1, 2, 3], SocketPatience.Receive(socket).Bytes);
    }

    [Fact]
    [Trait("Scenario", "C7")]
    public void Drops_of_the_kernel_are_counted_where_it_tells()
    {
        const int Count = 500;
        using IDatagramSocket server =
            Open(LoopbackAnyPort, DatagramSocketSettings.Default with { ReceiveBufferBytes = 4_096 });
        using IDatagramSocket client = Open();
        for (int i = 0; i < Count; i++)
        {
            client.Send(Pattern(1_000), server.LocalAddress);
        }

        int received = 0;
        while (server.TryReceive(out _, out _))
        {
            received++;
            server.Wait(TimeSpan.Zero);
        }

        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(Count - received, server.KernelDrops);
            Assert.InRange(received, 1, Count - 1);
        }
        else
        {
            Assert.Null(server.KernelDrops);
        }
    }

    [Fact]
    [Trait("Scenario", "A4")]
    public void Nobody_at_the_other_port_does_not_harm_the_socket()
    {
        using IDatagramSocket server = Open();
        using IDatagramSocket client = Open();
        PeerAddress nobody;
        using (IDatagramSocket gone = Open())
        {
            nobody = gone.LocalAddress;
        }

        for (int i = 0; i < 100; i++)
        {
            client.Send([1], nobody);
            client.Send([2], server.LocalAddress);
            server.Send([3], client.LocalAddress);
            Assert.Equal(client.LocalAddress, SocketPatience.Receive(server).From);
            Assert.Equal(server.LocalAddress, SocketPatience.Receive(client).From);
        }
    }

    [Fact]
    [Trait("Scenario", "A4")]
    public void Each_send_that_the_kernel_refuses_is_counted_and_the_next_one_goes_out()
    {
        const int Times = 50;
        using IDatagramSocket server = Open();
        using IDatagramSocket client = Open();
        var portZero = PeerAddress.FromIPv4(0x7F000001, 0);
        var ofAnotherFamily = PeerAddress.FromEndPoint(new IPEndPoint(IPAddress.IPv6Loopback, server.LocalAddress.Port));
        for (int i = 0; i < Times; i++)
        {
            client.Send([1], portZero);
            client.Send([2], ofAnotherFamily);
            client.Send(Pattern(65_508), server.LocalAddress);
            client.Send([3], server.LocalAddress);
            Assert.Equal([3], SocketPatience.Receive(server).Bytes);
        }

        Assert.Equal(2 * Times, client.Counters.SendErrors);
        Assert.Equal(Times, client.Counters.SendTooLong);
        Assert.Equal(Times, client.Counters.DatagramsSent);
    }

    [Fact]
    [Trait("Scenario", "C7")]
    public void Requested_and_granted_buffers_are_reported()
    {
        using IDatagramSocket socket = Open(
            LoopbackAnyPort,
            DatagramSocketSettings.Default with { ReceiveBufferBytes = Megabyte, SendBufferBytes = Megabyte / 2 });
        KernelBuffers buffers = socket.Report.Buffers;
        Assert.Equal((Megabyte, Megabyte / 2), (buffers.RequestedReceive, buffers.RequestedSend));

        // No system refuses 64 KiB, and none grants more than twice what was asked.
        Assert.InRange(buffers.GrantedReceive, 64 * 1_024, 2 * Megabyte);
        Assert.InRange(buffers.GrantedSend, 64 * 1_024, Megabyte);
    }

    [Fact]
    [Trait("Scenario", "C7")]
    public void A_burst_of_half_the_granted_buffer_is_not_lost_though_nobody_reads()
    {
        const int Length = 1_200;

        // The kernel charges a datagram with up to about twice its length.
        using IDatagramSocket server = Open();
        using IDatagramSocket client = Open();
        int count = (int)Math.Min(server.Report.Buffers.GrantedReceive / 2L, 2 * Megabyte) / Length;
        for (int i = 0; i < count; i++)
        {
            client.Send(Pattern(Length), server.LocalAddress);
        }

        for (int i = 0; i < count; i++)
        {
            Assert.Equal(Length, SocketPatience.Receive(server).Bytes.Length);
        }
    }

    [Fact]
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

    [Fact]
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

    [Fact]
    public void A_port_in_use_is_an_error_with_its_reason()
    {
        using IDatagramSocket first = Open();
        DatagramSocketException error = Assert.Throws<DatagramSocketException>(
            () => Open(first.LocalAddress.ToIPEndPoint(), DatagramSocketSettings.Default));
        Assert.Equal(System.Net.Sockets.SocketError.AddressAlreadyInUse, error.Error);
    }

    [Fact]
    public void A_wake_before_or_during_a_wait_ends_it()
    {
        using IDatagramSocket socket = Open();
        socket.Wake();
        socket.Wait(Timeout.InfiniteTimeSpan);
        var thread = new Thread(socket.Wake);
        thread.Start();
        socket.Wait(Timeout.InfiniteTimeSpan);
        thread.Join();
    }

    [Fact]
    public void An_arrival_ends_a_wait()
    {
        using IDatagramSocket server = Open();
        using IDatagramSocket client = Open();
        for (int i = 0; i < 1_000; i++)
        {
            Assert.False(server.TryReceive(out _, out _));
            client.Send([1], server.LocalAddress);
            bool arrived;
            do
            {
                server.Wait(Timeout.InfiniteTimeSpan);
                arrived = server.TryReceive(out _, out _);
            }
            while (!arrived);
        }
    }

    [Fact]
    public void No_wake_of_many_is_lost()
    {
        const int Rounds = 20_000;
        using IDatagramSocket socket = Open();
        int asked = 0;
        int seen = 0;
        var waker = new Thread(() =>
        {
            for (int i = 1; i <= Rounds; i++)
            {
                Volatile.Write(ref asked, i);
                socket.Wake();
                SpinWait.SpinUntil(() => Volatile.Read(ref seen) >= i);
            }
        });
        waker.Start();
        while (seen < Rounds)
        {
            // A lost wake would leave both threads waiting for each other.
            socket.Wait(TimeSpan.FromSeconds(20));
            Assert.True(Volatile.Read(ref asked) > seen || seen > 0);
            Volatile.Write(ref seen, Volatile.Read(ref asked));
        }

        waker.Join();
    }

    [Fact]
    public void A_wait_ends_at_its_timeout()
    {
        using IDatagramSocket socket = Open();
        socket.Wait(TimeSpan.Zero);
        socket.Wait(TimeSpan.FromMicroseconds(50));
        socket.Wait(TimeSpan.FromMilliseconds(2));
        Assert.False(socket.TryReceive(out _, out _));
    }

    [Fact]
    public void Dispose_ends_a_wait_of_another_thread_and_what_follows_is_harmless()
    {
        IDatagramSocket socket = Open();
        var loop = new Thread(() => socket.Wait(Timeout.InfiniteTimeSpan));
        loop.Start();
        socket.Dispose();
        loop.Join();
        socket.Dispose();
        socket.Wake();
        socket.Send([1], socket.LocalAddress);
        Assert.False(socket.TryReceive(out _, out _));
        socket.Wait(Timeout.InfiniteTimeSpan);
    }

    [Fact]
    [Trait("Category", "Allocation")]
    public void Alternating_peers_cost_no_allocation()
    {
        const int Rounds = 700;
        using IDatagramSocket server = Open();
        using IDatagramSocket first = Open();
        using IDatagramSocket second = Open();
        Exchange(server, first, second, Rounds);

        long thread = 0;
        long total = long.MaxValue;
        int datagrams = 0;

        // Only the whole process shows what completions on other threads allocate, and the test runner is part of it and
        // reports at times: what the sockets allocate is in every attempt, what the runner does is not.
        for (int attempt = 0; attempt < 3; attempt++)
        {
            long threadBefore = GC.GetAllocatedBytesForCurrentThread();
            long totalBefore = GC.GetTotalAllocatedBytes(precise: true);
            datagrams = Exchange(server, first, second, Rounds);
            total = Math.Min(total, GC.GetTotalAllocatedBytes(precise: true) - totalBefore);
            thread = Math.Max(thread, GC.GetAllocatedBytesForCurrentThread() - threadBefore);
        }

        // The smallest object has 24 bytes: one in ten datagrams would be seen.
        Assert.InRange(datagrams, 20_000, int.MaxValue);
        Assert.InRange(thread, 0, datagrams / 10);
        Assert.InRange(total, 0, datagrams * 24 / 10);
    }

    /// <summary>Bursts of 1 to 31 datagrams from each peer, and one back for each burst.</summary>
    private static int Exchange(IDatagramSocket server, IDatagramSocket first, IDatagramSocket second, int rounds)
    {
        Span<byte> datagram = stackalloc byte[1_200];
        int received = 0;
        for (int round = 0; round < rounds; round++)
        {
            int burst = 1 + round % 31;
            for (int i = 0; i < burst; i++)
            {
                first.Send(datagram, server.LocalAddress);
                second.Send(datagram, server.LocalAddress);
            }

            received += Drain(server, 2 * burst);
            server.Send(datagram, first.LocalAddress);
            server.Send(datagram, second.LocalAddress);
            received += Drain(first, 1) + Drain(second, 1);
        }

        return received;
    }

    private static int Drain(IDatagramSocket socket, int count)
    {
        int received = 0;
        while (received < count)
        {
            if (socket.TryReceive(out _, out _))
            {
                received++;
            }
            else
            {
                socket.Wait(TimeSpan.FromSeconds(10));
            }
        }

        return received;
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
