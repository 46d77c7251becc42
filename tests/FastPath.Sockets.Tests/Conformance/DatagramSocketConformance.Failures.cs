using System.Net;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Tests.Conformance;

public abstract partial class DatagramSocketConformance
{
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
        var ofAnotherFamily = PeerAddress.FromEndPoint(
            new IPEndPoint(IPAddress.IPv6Loopback, server.LocalAddress.Port));
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
    public void A_port_in_use_is_an_error_with_its_reason()
    {
        using IDatagramSocket first = Open();
        DatagramSocketException error = Assert.Throws<DatagramSocketException>(
            () => Open(first.LocalAddress.ToIPEndPoint(), DatagramSocketSettings.Default));
        Assert.Equal(System.Net.Sockets.SocketError.AddressAlreadyInUse, error.Error);
    }
}
