using System.Net.Sockets;
using FastPath.Sockets.Linux;
using FastPath.Sockets.Portable;

namespace FastPath.Sockets.Tests.Conformance;

public abstract partial class DatagramSocketConformance
{
    private const int IPv6Level = 41;
    private const int IPv6Mtu = 24;
    private const int IPv6AndUdpHeaders = 48;

    [Fact]
    [Trait("Scenario", "C6")]
    public void A_datagram_that_no_path_takes_is_told_with_its_length_and_its_first_bytes()
    {
        using IDatagramSocket sender = Open();
        sender.Send([1], sender.LocalAddress);
        Assert.False(sender.TryTakeRefused(out _));
        byte[] datagram = Pattern(65_508);
        sender.Send(datagram, sender.LocalAddress);
        AssertRefused(sender, sender, datagram);
        Assert.False(sender.TryTakeRefused(out _));
    }

    [IPv6Fact]
    [Trait("Scenario", "C6")]
    public void A_way_that_becomes_narrower_refuses_what_is_longer_and_passes_the_rest()
    {
        using IDatagramSocket sender = Open("::1");
        using IDatagramSocket receiver = Open("::1");
        SetMtu(sender, 1_400 + IPv6AndUdpHeaders);
        int[] lengths = [1_452, 1_452, 1_452, 800, 1_400, 1_400, 1_401];
        foreach (int length in lengths)
        {
            sender.CommitCopy(Pattern(length), receiver.LocalAddress);
        }

        sender.Flush();
        foreach (int length in lengths.Where(length => length > 1_400))
        {
            AssertRefused(sender, receiver, Pattern(length));
        }

        Assert.False(sender.TryTakeRefused(out _));
        foreach (int length in lengths.Where(length => length <= 1_400))
        {
            Assert.Equal(Pattern(length), SocketPatience.Receive(receiver).Bytes);
        }

        Assert.Equal(4, sender.Counters.SendTooLong);
        Assert.Equal(3, sender.Counters.DatagramsSent);

        // That its datagrams were too long says nothing of whether the path takes them joined.
        Assert.Equal(0, sender.Counters.SegmentationRefusals);
        SetMtu(sender, 0);
        sender.Send(Pattern(1_452), receiver.LocalAddress);
        Assert.Equal(1_452, SocketPatience.Receive(receiver).Bytes.Length);
    }

    [Fact]
    public void Of_very_many_refused_datagrams_some_are_told_and_all_are_counted()
    {
        const int Count = 1_500;
        using IDatagramSocket sender = Open();
        for (int i = 0; i < Count; i++)
        {
            sender.Send(new byte[65_508], sender.LocalAddress);
        }

        int told = 0;
        while (sender.TryTakeRefused(out _))
        {
            told++;
        }

        Assert.InRange(told, 1, Count - 1);
        Assert.Equal(Count, sender.Counters.SendTooLong);
    }

    /// <summary>Makes the way of one socket as narrow as if its interface were; 0 for what it was.</summary>
    private static void SetMtu(IDatagramSocket socket, int bytes)
    {
        Socket native = socket is LinuxDatagramSocket linux ? linux.Native : ((SaeaDatagramSocket)socket).Native;
        native.SetRawSocketOption(IPv6Level, IPv6Mtu, BitConverter.GetBytes(bytes));
    }

    private static void AssertRefused(IDatagramSocket sender, IDatagramSocket receiver, byte[] datagram)
    {
        Assert.True(sender.TryTakeRefused(out RefusedDatagram refused));
        Assert.Equal(receiver.LocalAddress, refused.To);
        Assert.Equal(datagram.Length, refused.Length);
        Assert.True(datagram.AsSpan(0, 16).SequenceEqual(refused.Head));
    }
}
