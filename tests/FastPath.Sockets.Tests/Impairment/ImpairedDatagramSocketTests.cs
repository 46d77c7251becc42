using System.Buffers.Binary;
using System.Net;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Impairment;
using FsCheck.Xunit;

namespace FastPath.Sockets.Tests.Impairment;

public sealed class ImpairedDatagramSocketTests
{
    private const int DatagramBytes = 64;
    private static readonly PeerAddress Peer = PeerAddress.FromIPv4(0x7F000001, 4_000);

    [Fact]
    public void A_perfect_link_changes_nothing()
    {
        List<byte[]> sent = SendThrough(new ImpairmentSettings(), 1_000, out _);
        Assert.Equal(Enumerable.Range(0, 1_000), sent.Select(NumberOf));
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    public void Each_fate_comes_as_often_as_its_probability(double probability)
    {
        const int Count = 20_000;
        var settings = new ImpairmentSettings
        {
            Loss = probability,
            Duplication = probability,
            Corruption = probability,
            Truncation = probability,
            Reordering = probability,
        };
        List<byte[]> sent = SendThrough(settings, Count, out ImpairmentCounters counters);
        long surviving = Count - counters.Lost;
        Assert.Equal(Count, counters.Offered);
        AssertShare(probability, counters.Lost, Count);
        AssertShare(probability, counters.Duplicated, surviving);
        AssertShare(probability, counters.Truncated, surviving);
        AssertShare(probability, counters.Corrupted, surviving);
        AssertShare(probability, counters.Reordered, surviving);
        Assert.Equal(surviving + counters.Duplicated, sent.Count);
    }

    [Property(MaxTest = 50)]
    public void The_same_seed_does_the_same_to_the_same_datagrams(ulong seed)
    {
        ImpairmentSettings settings = Everything with { Seed = seed };
        List<byte[]> first = SendThrough(settings, 300, out _);
        List<byte[]> second = SendThrough(settings, 300, out _);
        Assert.Equal(first.Select(Convert.ToHexString), second.Select(Convert.ToHexString));
    }

    [Fact]
    public void Another_seed_does_something_else()
    {
        List<byte[]> first = SendThrough(Everything with { Seed = 1 }, 300, out _);
        List<byte[]> second = SendThrough(Everything with { Seed = 2 }, 300, out _);
        Assert.NotEqual(first.Select(Convert.ToHexString), second.Select(Convert.ToHexString));
    }

    [Fact]
    public void Corruption_flips_one_to_three_bits_and_keeps_the_length()
    {
        var seen = new HashSet<int>();
        List<byte[]> sent = SendThrough(new ImpairmentSettings { Corruption = 1 }, 1_000, out _);
        for (int i = 0; i < sent.Count; i++)
        {
            byte[] whole = Datagram(i);
            Assert.Equal(whole.Length, sent[i].Length);
            seen.Add(whole.Zip(sent[i], (a, b) => int.PopCount(a ^ b)).Sum());
        }

        Assert.Equal([1, 2, 3], seen.Order());
    }

    [Fact]
    public void Truncation_leaves_a_true_beginning()
    {
        List<byte[]> sent = SendThrough(new ImpairmentSettings { Truncation = 1 }, 1_000, out _);
        for (int i = 0; i < sent.Count; i++)
        {
            Assert.InRange(sent[i].Length, 0, DatagramBytes - 1);
            Assert.Equal(Datagram(i)[..sent[i].Length], sent[i]);
        }
    }

    [Fact]
    public void A_reordered_datagram_is_passed_by_at_most_the_distance()
    {
        var settings = new ImpairmentSettings { Reordering = 0.3, ReorderDistanceMax = 4 };
        int[] order = SendThrough(settings, 2_000, out ImpairmentCounters counters).Select(NumberOf).ToArray();
        Assert.Equal(Enumerable.Range(0, 2_000), order.Order());
        Assert.True(counters.Reordered > 0);
        Assert.NotEqual(Enumerable.Range(0, 2_000), order);
        int newest = -1;
        foreach (int number in order)
        {
            newest = Math.Max(newest, number);
            Assert.InRange(newest - number, 0, settings.ReorderDistanceMax);
        }
    }

    [Fact]
    public void A_wait_ends_when_a_held_datagram_is_due_and_sends_it()
    {
        var time = new ManualTime();
        using var inner = new RecordingSocket(time);
        using var socket = new ImpairedDatagramSocket(inner, SlowLink, time);
        socket.Send(Datagram(0), Peer);
        Assert.Empty(inner.Sent);
        socket.Wait(Timeout.InfiniteTimeSpan);
        Assert.InRange(inner.Waits[0], SlowLink.DelayMin, SlowLink.DelayMax);
        Assert.Single(inner.Sent);
        Assert.Equal(0, socket.HeldCount);

        socket.Wait(TimeSpan.FromMilliseconds(700));
        Assert.Equal(TimeSpan.FromMilliseconds(700), inner.Waits[1]);
    }

    [Fact]
    public void A_rest_ends_when_a_held_datagram_is_due_and_the_next_one_sends_it()
    {
        var time = new ManualTime();
        using var inner = new RecordingSocket(time);
        using var socket = new ImpairedDatagramSocket(inner, SlowLink, time);
        socket.Send(Datagram(0), Peer);
        TimeSpan rest = socket.Rest(TimeSpan.FromSeconds(10));
        Assert.InRange(rest, SlowLink.DelayMin, SlowLink.DelayMax);
        Assert.False(socket.HasArrived);
        Assert.Empty(inner.Sent);
        time.Advance(rest);
        Assert.True(socket.HasArrived);
        Assert.Equal(TimeSpan.FromSeconds(10), socket.Rest(TimeSpan.FromSeconds(10)));
        Assert.Single(inner.Sent);
        Assert.False(socket.HasArrived);
    }

    [Fact]
    public void A_shorter_timeout_of_the_caller_holds()
    {
        var time = new ManualTime();
        using var inner = new RecordingSocket(time);
        using var socket = new ImpairedDatagramSocket(inner, SlowLink, time);
        socket.Send(Datagram(0), Peer);
        socket.Wait(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(1), Assert.Single(inner.Waits));
        Assert.Empty(inner.Sent);
    }

    [Fact]
    public void Nothing_held_is_lost_when_the_socket_is_disposed()
    {
        var time = new ManualTime();
        var inner = new RecordingSocket(time);
        var settings = new ImpairmentSettings { Reordering = 1, ReorderDistanceMax = 1_000 };
        var socket = new ImpairedDatagramSocket(inner, settings, time);
        for (int i = 0; i < 10; i++)
        {
            socket.Send(Datagram(i), Peer);
        }

        socket.Dispose();
        Assert.Equal(Enumerable.Range(0, 10), inner.Sent.Select(NumberOf).Order());
        Assert.True(inner.IsDisposed);
    }

    [Fact]
    public void More_than_may_be_held_goes_out_at_once()
    {
        var time = new ManualTime();
        using var inner = new RecordingSocket(time);
        using var socket = new ImpairedDatagramSocket(inner, SlowLink with { HeldMax = 3 }, time);
        for (int i = 0; i < 10; i++)
        {
            socket.Send(Datagram(i), Peer);
        }

        Assert.Equal(3, socket.HeldCount);
        Assert.Equal(7, inner.Sent.Count);
    }

    [Theory]
    [InlineData((int)DatagramSocketKind.Auto)]
    [InlineData((int)DatagramSocketKind.Saea)]
    public void Over_real_sockets_everything_held_arrives_though_the_sender_idles(int kind)
    {
        const int Count = 200;
        var anyPort = new IPEndPoint(IPAddress.Loopback, 0);
        using IDatagramSocket receiver = DatagramSocketFactory.Create((DatagramSocketKind)kind, anyPort);
        using IDatagramSocket inner = DatagramSocketFactory.Create((DatagramSocketKind)kind, anyPort);
        using var sender = new ImpairedDatagramSocket(inner, SlowLink with { Delaying = 0.5, Reordering = 0.5 });
        for (int i = 0; i < Count; i++)
        {
            sender.Send(Datagram(i), receiver.LocalAddress);
        }

        while (sender.HeldCount > 0)
        {
            sender.Wait(TimeSpan.FromSeconds(10));
        }

        var arrived = new List<int>();
        while (arrived.Count < Count)
        {
            arrived.Add(NumberOf(SocketPatience.Receive(receiver).Bytes));
        }

        Assert.Equal(Enumerable.Range(0, Count), arrived.Order());
        Assert.NotEqual(Enumerable.Range(0, Count), arrived);
    }

    private static ImpairmentSettings SlowLink => new()
    {
        Delaying = 1,
        DelayMin = TimeSpan.FromMilliseconds(3),
        DelayMax = TimeSpan.FromMilliseconds(9),
    };

    private static ImpairmentSettings Everything => SlowLink with
    {
        Loss = 0.1,
        Duplication = 0.1,
        Corruption = 0.1,
        Truncation = 0.1,
        Reordering = 0.2,
        Delaying = 0.2,
    };

    private static List<byte[]> SendThrough(ImpairmentSettings settings, int count, out ImpairmentCounters counters)
    {
        var time = new ManualTime();
        using var inner = new RecordingSocket(time);
        using var socket = new ImpairedDatagramSocket(inner, settings, time);
        for (int i = 0; i < count; i++)
        {
            socket.Send(Datagram(i), Peer);
            time.Advance(TimeSpan.FromMicroseconds(10));
        }

        while (socket.HeldCount > 0)
        {
            socket.Wait(Timeout.InfiniteTimeSpan);
        }

        counters = socket.Impairments;
        return inner.Sent;
    }

    private static byte[] Datagram(int number)
    {
        byte[] datagram = new byte[DatagramBytes];
        new Random(number).NextBytes(datagram);
        BinaryPrimitives.WriteInt32LittleEndian(datagram, number);
        return datagram;
    }

    private static int NumberOf(byte[] datagram) => BinaryPrimitives.ReadInt32LittleEndian(datagram);

    /// <summary>Within five standard deviations: the seed is fixed, so it either always holds or never.</summary>
    private static void AssertShare(double probability, long count, long of)
    {
        double deviation = Math.Sqrt(of * probability * (1 - probability));
        Assert.InRange(count, of * probability - 5 * deviation, of * probability + 5 * deviation);
    }
}
