using System.Security.Cryptography;
using FastPath.Buffers.Pooling;
using FastPath.Options;
using FastPath.Protocol.Streams;
using FastPath.Sockets.Impairment;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>How far a writer may run ahead: it widens while only the writer's window holds the stream up.</summary>
public sealed class SendWindowTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1_000_000);

    // Less than the congestion window after a few round trips, however slow the machine is.
    private const long BeginBytes = 16 * 1_024;
    private const long WindowMax = 128 << 20;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task A_long_path_is_not_bound_by_the_window_that_a_writer_begins_with()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, Delayed);
        OutgoingStream writer = line.Right(0).OpenStream();
        Task write = WriteAsync(writer);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        byte[] read = await StreamReading.DrainAsync(reader);
        Assert.True(Payload.AsSpan().SequenceEqual(read));
        await write;
        Assert.True(writer.Writer.Ring.Capacity > BeginBytes, $"{writer.Writer.Ring.Capacity} bytes");
        reader.Dispose();
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Many_streams_begin_narrower_once_half_the_budget_is_taken()
    {
        const int Budget = 8 * 1_024 * 1_024;
        const int Window = 256 * 1_024;
        await using NodeLine line = await NodeLine.StartAsync(
            2, _ => new FastPathOptions { BufferBudgetBytes = Budget, SendWindowBytes = Window });
        var writers = new List<OutgoingStream>();
        Task<FastPathException> refusal = Assert.ThrowsAsync<FastPathException>(async () =>
        {
            while (true)
            {
                writers.Add(line.Right(0).OpenStream());
                await Task.Yield();
            }
        });
        Assert.Equal(FastPathError.LocalResource, (await refusal).Error);
        long[] windows = [.. writers.Select(writer => writer.Writer.Ring.Capacity)];
        Assert.Equal(windows.OrderDescending(), windows);
        Assert.All(windows[..(Budget / 2 / Window)], bytes => Assert.Equal(Window, bytes));
        Assert.Equal(Window / 4, windows[^1]);
        foreach (OutgoingStream writer in writers)
        {
            await writer.DisposeAsync();
        }

        // The other node keeps those that nobody has accepted.
        PinnedSlabPool pool = line[0].Core.Endpoint.Pool;
        await StreamReading.UntilAsync(() => pool.ReservedBytes == 0, "memory stays reserved");
    }

    [Fact]
    public void It_widens_only_while_a_writer_waits_and_nothing_else_does()
    {
        var pool = new PinnedSlabPool(64 * 1_024 * 1_024);
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, 0, BeginBytes)!;
        var growth = new SendWindowGrowth();
        growth.Observe(isStarved: true, isWriterWaiting: false, 1 << 24, streams: 1, WindowMax, ring);
        growth.Observe(isStarved: false, isWriterWaiting: true, 1 << 24, streams: 1, WindowMax, ring);
        growth.Apply(ring);
        Assert.Equal(BeginBytes, ring.Capacity);

        growth.Observe(isStarved: true, isWriterWaiting: true, 1 << 24, streams: 1, WindowMax, ring);
        growth.Apply(ring);
        Assert.Equal(2 * BeginBytes, ring.Capacity);
        growth.Apply(ring);
        Assert.Equal(2 * BeginBytes, ring.Capacity);
    }

    [Theory]
    [InlineData(12_000, WindowMax, 1 << 20)]
    [InlineData(3_000_000, WindowMax, 6_000_000)]
    [InlineData(100_000_000, WindowMax, WindowMax)]
    [InlineData(100_000_000, 3_000_000, 3_000_000)]
    [InlineData(12_000, 300_000, 300_000)]
    public void It_widens_to_twice_the_congestion_window_and_a_little_without_asking_it_and_never_beyond_the_settings(
        long congestionWindow, long windowMax, long limit)
    {
        var pool = new PinnedSlabPool(1L << 30);
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, 0, BeginBytes)!;
        var growth = new SendWindowGrowth();
        for (int i = 0; i < 20; i++)
        {
            growth.Observe(isStarved: true, isWriterWaiting: true, congestionWindow, streams: 1, windowMax, ring);
            growth.Apply(ring);
        }

        Assert.Equal(limit, ring.Capacity);
    }

    private static FastPathOptions Delayed(int node) => new()
    {
        SendWindowBytes = BeginBytes,
        Impairment = new ImpairmentSettings { Seed = (ulong)node + 1, Delaying = 1, DelayMin = Delay, DelayMax = Delay, HeldMax = 1 << 16 },
    };

    private static async Task WriteAsync(OutgoingStream writer)
    {
        await writer.WriteAsync(Payload);
        await writer.CompleteAsync();
    }
}
