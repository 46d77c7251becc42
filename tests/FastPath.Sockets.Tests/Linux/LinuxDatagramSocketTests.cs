using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux;
using FastPath.Sockets.Tests.Conformance;

namespace FastPath.Sockets.Tests.Linux;

[Collection(RunsAlone.Name)]
public sealed class LinuxDatagramSocketTests : DatagramSocketConformance
{
    private const int SocketLevel = 1;
    private const int NoChecksum = 11;
    private const int InputOutput = 5;
    private const int InvalidArgument = 22;
    private const int MessageTooLong = 90;
    private const int IPv4Level = 0;
    private const int TypeOfService = 1;
    private const int IPv6Level = 41;
    private const int TrafficClass = 67;

    private protected override IDatagramSocket Open(IPEndPoint local, DatagramSocketSettings settings) =>
        DatagramSocketFactory.Create(DatagramSocketKind.Linux, local, settings);

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_run_of_equal_lengths_goes_out_and_comes_in_with_one_call(string host)
    {
        const int Count = 50;
        using LinuxDatagramSocket sender = OpenWithOffload(host);
        using LinuxDatagramSocket receiver = OpenWithOffload(host);
        for (int i = 0; i < Count; i++)
        {
            sender.CommitCopy(Pattern(1_200), receiver.LocalAddress);
        }

        sender.Flush();
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(Pattern(1_200), SocketPatience.Receive(receiver).Bytes);
        }

        Assert.Equal(1, sender.Counters.SendCalls);
        Assert.Equal(1, receiver.Counters.BuffersCoalesced);
    }

    [Theory]
    [InlineData(InvalidArgument)]
    [InlineData(MessageTooLong)]
    public void A_path_that_refuses_a_buffer_gets_halves_of_it_and_every_datagram_and_no_other_path_notices(int error)
    {
        const int Run = 20;
        const int Passing = 6;
        using LinuxDatagramSocket sender = OpenWithOffload("127.0.0.1");
        using LinuxDatagramSocket first = OpenWithOffload("127.0.0.1");
        using LinuxDatagramSocket second = OpenWithOffload("127.0.0.1");
        PeerAddress narrow = first.LocalAddress;
        sender.SendFault = group => group.To == narrow && group.Datagrams > Passing ? error : 0;

        // 20 are refused, then two buffers of 10, of which the second was made before it was known; 5 pass.
        SendRun(sender, first, Run);
        Assert.Equal(1, sender.Counters.SegmentationRefusals);
        Assert.Equal(0, first.Counters.BuffersCoalesced);
        SendRun(sender, first, Run);
        Assert.Equal(3, sender.Counters.SegmentationRefusals);
        Assert.Equal(0, first.Counters.BuffersCoalesced);
        SendRun(sender, first, Run);
        Assert.Equal(3, sender.Counters.SegmentationRefusals);
        Assert.Equal(4, first.Counters.BuffersCoalesced);

        SendRun(sender, second, Run);
        Assert.Equal(1, second.Counters.BuffersCoalesced);
        Assert.Equal(4 * Run, sender.Counters.DatagramsSent);
        Assert.Equal(0, sender.Counters.SendErrors + sender.Counters.SendTooLong + sender.Counters.SendsDropped);
        Assert.False(sender.TryTakeRefused(out _));
    }

    [Fact]
    public void A_device_that_cuts_nothing_gets_single_datagrams_at_once()
    {
        using LinuxDatagramSocket sender = OpenWithOffload("127.0.0.1");
        using LinuxDatagramSocket receiver = OpenWithOffload("127.0.0.1");
        sender.SendFault = group => group.Datagrams > 1 ? InputOutput : 0;
        SendRun(sender, receiver, 20);
        SendRun(sender, receiver, 20);
        Assert.Equal(1, sender.Counters.SegmentationRefusals);
        Assert.Equal(40, sender.Counters.DatagramsSent);
    }

    [Fact]
    public void A_path_that_takes_no_buffer_gets_its_datagrams_alone_until_it_takes_some_again()
    {
        using LinuxDatagramSocket sender = OpenWithOffload("127.0.0.1");
        using LinuxDatagramSocket first = OpenWithOffload("127.0.0.1");
        using LinuxDatagramSocket second = OpenWithOffload("127.0.0.1");

        // The kernel does not cut a buffer whose datagrams are to go without a checksum: it answers EINVAL.
        sender.Native.SetRawSocketOption(SocketLevel, NoChecksum, BitConverter.GetBytes(1));
        for (int round = 0; round < 6; round++)
        {
            SendRun(sender, first, 20);
        }

        // One of 20, two of 10, four of 5, ten of 2, and from then on only single ones.
        Assert.Equal(17, sender.Counters.SegmentationRefusals);
        Assert.Equal(120, sender.Counters.DatagramsSent);
        Assert.Equal(0, sender.Counters.SendErrors);

        sender.Native.SetRawSocketOption(SocketLevel, NoChecksum, BitConverter.GetBytes(0));
        long callsBefore = sender.Counters.SendCalls;
        SendRun(sender, second, 20);
        Assert.Equal(1, sender.Counters.SendCalls - callsBefore);
        Assert.Equal(1, second.Counters.BuffersCoalesced);
        Assert.Equal(0, first.Counters.BuffersCoalesced);

        for (int alone = 40; alone < PathSegments.SendsFirst; alone += 16)
        {
            SendRun(sender, first, 16);
        }

        Assert.Equal(0, first.Counters.BuffersCoalesced);
        SendRun(sender, first, 16);
        Assert.Equal(8, first.Counters.BuffersCoalesced);
        Assert.Equal(17, sender.Counters.SegmentationRefusals);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void The_congestion_mark_of_a_datagram_is_known(string host)
    {
        (int level, int option) = host.Contains(':') ? (IPv6Level, TrafficClass) : (IPv4Level, TypeOfService);
        using LinuxDatagramSocket sender = OpenWithOffload(host);
        using LinuxDatagramSocket receiver = OpenWithOffload(host);
        sender.Send([1], receiver.LocalAddress);
        SocketPatience.Receive(receiver);
        Assert.Equal(EcnCodepoint.NotCapable, receiver.ReceivedEcn);

        foreach (EcnCodepoint mark in Enum.GetValues<EcnCodepoint>())
        {
            sender.Native.SetRawSocketOption(level, option, BitConverter.GetBytes((int)mark));
            SendRun(sender, receiver, 3);
            Assert.Equal(mark, receiver.ReceivedEcn);
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Each_datagram_leaves_with_the_codepoint_that_was_asked_for(string host)
    {
        using LinuxDatagramSocket sender = OpenWithOffload(host);
        using LinuxDatagramSocket receiver = OpenWithOffload(host);
        EcnCodepoint[] codepoints =
            [EcnCodepoint.CapableZero, EcnCodepoint.CapableZero, EcnCodepoint.NotCapable, EcnCodepoint.CongestionExperienced, EcnCodepoint.CapableOne];
        for (byte i = 0; i < codepoints.Length; i++)
        {
            sender.RentSend(100).Fill(i);
            sender.CommitSend(100, receiver.LocalAddress, codepoints[i]);
        }

        sender.Flush();
        foreach (EcnCodepoint expected in codepoints)
        {
            SocketPatience.Receive(receiver);
            Assert.Equal(expected, receiver.ReceivedEcn);
        }

        Assert.Equal(0, sender.Counters.SendErrors);
    }

    [IPv6Fact]
    public void A_dual_stack_socket_sets_the_codepoint_for_an_IPv4_peer()
    {
        using LinuxDatagramSocket sender = OpenWithOffload("::");
        using LinuxDatagramSocket receiver = OpenWithOffload("127.0.0.1");
        sender.RentSend(1)[0] = 1;
        sender.CommitSend(1, receiver.LocalAddress, EcnCodepoint.CapableZero);
        sender.Flush();
        SocketPatience.Receive(receiver);
        Assert.Equal(EcnCodepoint.CapableZero, receiver.ReceivedEcn);
    }

    [IPv6Fact]
    public void A_dual_stack_socket_knows_the_mark_of_an_IPv4_datagram()
    {
        using LinuxDatagramSocket sender = OpenWithOffload("127.0.0.1");
        using LinuxDatagramSocket receiver = OpenWithOffload("::");
        sender.Native.SetRawSocketOption(IPv4Level, TypeOfService, BitConverter.GetBytes(3));
        sender.Send([1], PeerAddress.FromIPv4(0x7F000001, receiver.LocalAddress.Port));
        SocketPatience.Receive(receiver);
        Assert.Equal(EcnCodepoint.CongestionExperienced, receiver.ReceivedEcn);
    }

    [IPv6Fact]
    public void A_datagram_never_leaves_in_fragments()
    {
        using LinuxDatagramSocket socket = OpenWithOffload("::");
        foreach ((int level, int option) in new[] { (IPv4Level, 10), (IPv6Level, 23) })
        {
            byte[] value = new byte[sizeof(int)];
            socket.Native.GetRawSocketOption(level, option, value);
            Assert.Equal(3, BinaryPrimitives.ReadInt32LittleEndian(value));
        }
    }

    [Fact]
    public void A_socket_that_polls_asks_again_and_again_and_one_that_sleeps_does_not()
    {
        DatagramSocketSettings settings = DatagramSocketSettings.Default with { PollsWhileWaiting = true };
        using IDatagramSocket polling = Open(LoopbackAnyPort, settings);
        using IDatagramSocket sleeping = Open(LoopbackAnyPort, DatagramSocketSettings.Default with { SpinBeforeWait = TimeSpan.Zero });
        polling.Wait(TimeSpan.FromMilliseconds(100));
        sleeping.Wait(TimeSpan.FromMilliseconds(100));
        Assert.True(polling.Counters.ReceiveCallsEmpty > 20, $"{polling.Counters.ReceiveCallsEmpty} calls");
        Assert.InRange(sleeping.Counters.ReceiveCallsEmpty, 0, 2);
    }

    [Fact]
    public void Waiting_without_the_spin_works_as_well()
    {
        DatagramSocketSettings settings = DatagramSocketSettings.Default with { SpinBeforeWait = TimeSpan.Zero };
        using IDatagramSocket server = Open(LoopbackAnyPort, settings);
        using IDatagramSocket client = Open(LoopbackAnyPort, settings);
        for (int i = 0; i < 100; i++)
        {
            client.Send([1], server.LocalAddress);
            SocketPatience.Receive(server);
            server.Send([2], client.LocalAddress);
            SocketPatience.Receive(client);
        }
    }

    private static LinuxDatagramSocket OpenWithOffload(string host)
    {
        var socket = (LinuxDatagramSocket)DatagramSocketFactory.Create(
            DatagramSocketKind.Linux, new IPEndPoint(IPAddress.Parse(host), 0));
        Assert.True(
            socket.Report is { IsSegmenting: true, IsCoalescing: true, IsEcnReported: true }, socket.Report.Reason);
        return socket;
    }

    private static void SendRun(LinuxDatagramSocket sender, LinuxDatagramSocket receiver, int count)
    {
        for (int i = 0; i < count; i++)
        {
            sender.CommitCopy(Pattern(1_200), receiver.LocalAddress);
        }

        sender.Flush();
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(Pattern(1_200), SocketPatience.Receive(receiver).Bytes);
        }
    }
}
