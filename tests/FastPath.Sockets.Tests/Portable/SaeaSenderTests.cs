using System.Net.Sockets;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Portable;

namespace FastPath.Sockets.Tests.Portable;

public sealed class SaeaSenderTests
{
    private static readonly PeerAddress Peer = PeerAddress.FromIPv4(0x7F000001, 4_000);
    private static readonly DatagramSocketSettings Settings = DatagramSocketSettings.Default with
    {
        SendsInFlightMax = 4,
        SendPatience = TimeSpan.FromMilliseconds(1),
    };

    [Fact]
    public void A_kernel_that_takes_nothing_bounds_the_sends_and_the_rest_is_dropped_and_counted()
    {
        var pending = new Queue<SocketAsyncEventArgs>();
        var counters = new DatagramSocketCounters();
        using var sender = new SaeaSender(Keep(pending), AddressFamily.InterNetwork, Settings, counters);
        for (int i = 0; i < 10; i++)
        {
            Send(sender, 1);
        }

        Assert.Equal(4, sender.ArgumentsMade);
        Assert.Equal(4, pending.Count);
        Assert.Equal(6, counters.SendsDropped);
    }

    [Fact]
    public void A_completed_send_makes_room_for_the_next_one_without_new_arguments()
    {
        var pending = new Queue<SocketAsyncEventArgs>();
        var counters = new DatagramSocketCounters();
        using var sender = new SaeaSender(Keep(pending), AddressFamily.InterNetwork, Settings, counters);
        for (int i = 0; i < 100; i++)
        {
            Send(sender, 1);
            if (pending.Count == 4)
            {
                sender.OnCompleted(null, pending.Dequeue());
            }
        }

        Assert.Equal(4, sender.ArgumentsMade);
        Assert.Equal(0, counters.SendsDropped);
        Assert.Equal(97, counters.DatagramsSent);
    }

    [Fact]
    public void A_sender_that_waits_for_room_goes_on_when_a_send_completes()
    {
        var pending = new Queue<SocketAsyncEventArgs>();
        var counters = new DatagramSocketCounters();
        DatagramSocketSettings patient = Settings with { SendPatience = TimeSpan.FromSeconds(20) };
        using var sender = new SaeaSender(Keep(pending), AddressFamily.InterNetwork, patient, counters);
        for (int i = 0; i < 4; i++)
        {
            Send(sender, 1);
        }

        Assert.Equal(4, pending.Count);
        SocketAsyncEventArgs oldest = pending.Dequeue();
        var kernel = new Thread(() => sender.OnCompleted(null, oldest));
        kernel.Start();
        Send(sender, 2);
        kernel.Join();
        Assert.Equal(0, counters.SendsDropped);
        Assert.Equal([2], pending.Last().Buffer![..1]);
    }

    private static void Send(SaeaSender sender, byte content)
    {
        sender.Rent(1)[0] = content;
        sender.Commit(1, Peer);
    }

    private static Func<SocketAsyncEventArgs, bool> Keep(Queue<SocketAsyncEventArgs> pending) => args =>
    {
        pending.Enqueue(args);
        return true;
    };
}
