using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Tests.Conformance;

public abstract partial class DatagramSocketConformance
{
    private static readonly TimeSpan SharedPatience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_shared_wait_tells_of_which_socket_something_has_come(bool isPolling)
    {
        using var wait = SharedWait.Create(DatagramSocketSettings.Default with { PollsWhileWaiting = isPolling });
        using IDatagramSocket client = Open();
        IDatagramSocket[] servers = [.. Enumerable.Range(0, 20).Select(_ => OpenIn(wait))];
        for (int i = 0; i < 200; i++)
        {
            IDatagramSocket server = servers[i * 7 % servers.Length];
            client.Send([(byte)i], server.LocalAddress);
            Until(wait, () => server.HasArrived);
            Assert.True(server.TryReceive(out Span<byte> datagram, out PeerAddress from));
            Assert.Equal(client.LocalAddress, from);
            Assert.Equal([(byte)i], datagram.ToArray());
            Assert.All(servers, other => Assert.False(other.TryReceive(out _, out _)));
            Assert.All(servers, other => Assert.False(other.HasArrived));
        }

        foreach (IDatagramSocket server in servers)
        {
            server.Dispose();
        }
    }

    [Fact]
    public void Sockets_of_a_shared_wait_never_mix_what_they_receive()
    {
        const int Datagrams = 60;
        using var wait = SharedWait.Create(DatagramSocketSettings.Default);
        using IDatagramSocket first = OpenIn(wait);
        using IDatagramSocket second = OpenIn(wait);
        using IDatagramSocket client = Open();
        int[] taken = [0, 0];
        for (int i = 0; i < Datagrams; i++)
        {
            client.CommitCopy(Pattern(1_000 + i % 2), first.LocalAddress);
            client.CommitCopy(Pattern(1_000 + i % 2 + 100), second.LocalAddress);
        }

        client.Flush();
        Until(wait, () =>
        {
            do
            {
                Take(first, 0, 1_000);
                Take(second, 1, 1_100);
            }
            while (first.HasArrived || second.HasArrived);

            return taken is [Datagrams, Datagrams];
        });

        void Take(IDatagramSocket socket, int index, int length)
        {
            // One, and then only what lies in memory that the other one will receive into.
            do
            {
                if (socket.TryReceive(out Span<byte> datagram, out _))
                {
                    Assert.InRange(datagram.Length, length, length + 1);
                    Assert.Equal(Pattern(datagram.Length), datagram.ToArray());
                    taken[index]++;
                }
            }
            while (socket.HoldsReceived);
        }
    }

    [Fact]
    public void A_socket_that_is_disposed_of_leaves_the_others_of_its_shared_wait_alone()
    {
        using var wait = SharedWait.Create(DatagramSocketSettings.Default);
        using IDatagramSocket client = Open();
        using IDatagramSocket stays = OpenIn(wait);
        for (int i = 0; i < 20; i++)
        {
            using IDatagramSocket goes = OpenIn(wait);
            client.Send([1], goes.LocalAddress);
            client.Send([2], stays.LocalAddress);
            goes.Dispose();
            Until(wait, () => stays.TryReceive(out Span<byte> datagram, out _) && datagram is [2]);
        }
    }

    [Fact]
    public void A_rest_flushes_first_and_leaves_the_time_as_it_is()
    {
        using var wait = SharedWait.Create(DatagramSocketSettings.Default);
        using IDatagramSocket socket = OpenIn(wait);
        socket.CommitCopy([1, 2, 3], socket.LocalAddress);
        Assert.Equal(TimeSpan.FromSeconds(1), socket.Rest(TimeSpan.FromSeconds(1)));
        Until(wait, () => socket.HasArrived);
        Assert.True(socket.TryReceive(out Span<byte> datagram, out _));
        Assert.Equal([1, 2, 3], datagram.ToArray());
    }

    [Fact]
    public void No_wake_of_a_shared_wait_is_lost()
    {
        const int Rounds = 20_000;
        using var wait = SharedWait.Create(DatagramSocketSettings.Default with { SpinBeforeWait = TimeSpan.Zero });
        using IDatagramSocket socket = OpenIn(wait);
        int asked = 0;
        int seen = 0;
        var loop = new Thread(() =>
        {
            while (Volatile.Read(ref seen) < Rounds)
            {
                wait.Wait(TimeSpan.FromHours(1));
                Volatile.Write(ref seen, Volatile.Read(ref asked));
            }
        })
        {
            IsBackground = true,
        };
        loop.Start();
        for (int i = 1; i <= Rounds; i++)
        {
            Volatile.Write(ref asked, i);
            wait.Wake();
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref seen) >= i, SharedPatience), $"wake {i}");
        }

        loop.Join();
    }

    private static void Until(SharedWait wait, Func<bool> isSo)
    {
        long end = Environment.TickCount64 + (long)SharedPatience.TotalMilliseconds;
        while (!isSo())
        {
            Assert.True(Environment.TickCount64 < end, "nothing arrived");
            wait.Wait(TimeSpan.FromSeconds(1));
        }
    }

    private IDatagramSocket OpenIn(SharedWait wait)
    {
        IDatagramSocket socket = Open();
        socket.Join(wait);
        return socket;
    }
}
