namespace FastPath.Sockets.Tests.Conformance;

public abstract partial class DatagramSocketConformance
{
    [Fact]
    public void A_wait_flushes_first()
    {
        using IDatagramSocket socket = Open();
        socket.CommitCopy([1, 2, 3], socket.LocalAddress);
        Assert.Equal([1, 2, 3], SocketPatience.Receive(socket).Bytes);
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
        var loop = new Thread(() =>
        {
            while (Volatile.Read(ref seen) < Rounds)
            {
                socket.Wait(Timeout.InfiniteTimeSpan);
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
            socket.Wake();

            // After a lost wake the loop would sleep for ever, and this would be the last round.
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref seen) >= i, TimeSpan.FromSeconds(20)), $"wake {i}");
        }

        loop.Join();
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_poll_without_end_hears_of_arrivals_wakes_times_and_the_end_as_a_sleep_does(bool isPolling)
    {
        DatagramSocketSettings settings = DatagramSocketSettings.Default with { PollsWhileWaiting = isPolling };
        using IDatagramSocket server = Open(LoopbackAnyPort, settings);
        using IDatagramSocket client = Open();
        for (int i = 0; i < 100; i++)
        {
            server.Wait(TimeSpan.FromMicroseconds(50));
            Assert.False(server.TryReceive(out _, out _));
            client.Send([1], server.LocalAddress);
            SocketPatience.Receive(server);
            var waker = new Thread(server.Wake);
            waker.Start();
            server.Wait(Timeout.InfiniteTimeSpan);
            waker.Join();
        }

        var loop = new Thread(() => server.Wait(Timeout.InfiniteTimeSpan));
        loop.Start();
        server.Dispose();
        loop.Join();
        server.Wait(Timeout.InfiniteTimeSpan);
    }
}
