namespace FastPath.Sockets.Tests.Conformance;

public abstract partial class DatagramSocketConformance
{
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

        // Only the whole process shows what completions on other threads allocate, and the test runner is part of it
        // and reports at times: what the sockets allocate is in every attempt, what the runner does is not.
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
}
