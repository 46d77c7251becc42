using System.Security.Cryptography;
using FastPath.Serialization.Hashing;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Reader patterns on one handle: segments, misuse, retention, digest, progress.</summary>
public sealed class StreamHandleTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1_500_003);

    [Fact]
    public async Task Segments_are_held_together_and_come_back_in_any_order()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: Payload.Length);
        Task write = WriteAllAsync(writer, Payload);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        var random = new Random(5);
        byte[] copy = new byte[Payload.Length];
        var held = new List<StreamSegment>();
        while (true)
        {
            StreamSegment segment = await reader.ReadSegmentAsync(random.Next(1, 9_000));
            if (segment.IsEnd)
            {
                segment.Dispose();
                break;
            }

            held.Add(segment);
            while (held.Count > random.Next(0, 8))
            {
                int which = random.Next(held.Count);
                held[which].Memory.CopyTo(copy.AsMemory((int)held[which].Offset));
                held[which].Dispose();
                held.RemoveAt(which);
            }
        }

        foreach (StreamSegment segment in held)
        {
            segment.Memory.CopyTo(copy.AsMemory((int)segment.Offset));
            segment.Dispose();
        }

        await write;
        Assert.Equal(Payload, copy);
        reader.Dispose();
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_segment_outlives_its_handle_and_keeps_its_bytes_until_it_is_released()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(Payload.AsMemory(0, 40_000));
        StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        StreamSegment low = await reader.ReadSegmentAsync(100);
        StreamSegment high = await reader.ReadSegmentAsync(100);
        reader.Dispose();
        await StreamReading.UntilAsync(() => writer.Writer.HasEnded, "the writer was not told");
        await Task.Yield();
        Assert.Equal(Payload[..100], low.Memory.ToArray());
        Assert.True(line[1].Core.Endpoint.Pool.RentedBytes > 0);
        high.Dispose();
        low.Dispose();
        Assert.Throws<InvalidOperationException>(high.Dispose);
        Assert.Throws<InvalidOperationException>(low.Dispose);
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Misuse_of_a_handle_is_an_error_of_its_own_kind()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[] { 1 });
        StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Assert.Equal(1, (await reader.ReadAvailableAsync()).Length);
        Task parked = reader.ReadAvailableAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadAvailableAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadSegmentAsync());
        Assert.Throws<InvalidOperationException>(() => reader.AsPipeReader().TryRead(out _));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await reader.ReadAsync(0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await reader.ReadAllAsync(-1));
        Assert.False(parked.IsCompleted);
        reader.Dispose();
        reader.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => parked);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reader.ReadAvailableAsync());
        Assert.Throws<ObjectDisposedException>(() => reader.Fork());
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700_001)]
    public async Task The_digest_of_what_was_read_is_that_of_the_payload(int length)
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        byte[] expected = new byte[Blake3Hasher.DigestBytes];
        Blake3Hasher.Hash(Payload.AsSpan(0, length), expected);
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: length, digest: expected);
        Task write = WriteAllAsync(writer, Payload[..length]);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1], new StreamReadOptions { ComputeDigest = true });
        using StreamHandle plain = reader.Fork();
        using StreamHandle piped = reader.Fork(new StreamReadOptions { ComputeDigest = true });
        Task<byte[]> read = StreamReading.DrainAsync(reader);
        Task<byte[]> other = StreamReading.DrainAsync(plain);
        await piped.AsPipeReader().CopyToAsync(Stream.Null);
        Assert.Equal(length, (await read).Length);
        await other;
        await write;
        Assert.Equal(expected, reader.Digest.ToArray());
        Assert.Equal(expected, reader.ComputedDigest.ToArray());
        Assert.Equal(expected, piped.ComputedDigest.ToArray());
        Assert.True(plain.ComputedDigest.IsEmpty);
    }

    [Fact]
    [Trait("Scenario", "R8")]
    public async Task A_retained_stream_is_forked_from_its_first_byte_though_it_was_read()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        byte[] payload = Payload[..200_000];
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: payload.Length);
        Task write = WriteAllAsync(writer, payload);
        StreamHandle reader = await StreamReading.AcceptAsync(line[1], new StreamReadOptions { Retain = true });
        Assert.Equal(payload, await StreamReading.DrainAsync(reader));
        await write;
        Assert.True(reader.IsRetaining);
        using (StreamHandle fork = reader.Fork())
        {
            Assert.Equal(payload, await StreamReading.DrainAsync(fork));
        }

        StreamHandle last = reader.Fork();
        reader.Dispose();
        Assert.Equal(payload, await StreamReading.DrainAsync(last));
        last.Dispose();
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    [Trait("Scenario", "R8")]
    public async Task Retention_gives_way_when_the_window_is_used_up_and_says_so()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: Payload.Length);
        Task write = WriteAllAsync(writer, Payload);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1], new StreamReadOptions { Retain = true });
        Assert.Equal(Payload, await StreamReading.DrainAsync(reader));
        await write;
        Assert.False(reader.IsRetaining);
        Assert.Equal(FastPathError.TooLate, Assert.Throws<FastPathException>(() => reader.Fork()).Error);
        Assert.True(reader.Ring.PeakPinnedBytes < Payload.Length, $"{reader.Ring.PeakPinnedBytes} bytes were held");
        reader.Dispose();
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Progress_tells_at_both_ends_how_far_the_stream_has_come()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: 100_000);
        await writer.WriteAsync(Payload.AsMemory(0, 30_000));
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        await StreamReading.UntilAsync(() => reader.Progress.ReceivedBytes == 30_000, "30,000 bytes did not come");
        int read = (await reader.ReadAsync(500)).Length;
        StreamProgress progress = reader.Progress;
        Assert.Equal((30_000, 30_000, read, 100_000, 0), (progress.ReceivedBytes, progress.ArrivedBytes, progress.ReadBytes, progress.TotalBytes, progress.Holes));
        Assert.True(progress.SinceProgress >= TimeSpan.Zero && progress.BytesPerSecond >= 0);
        await StreamReading.UntilAsync(() => writer.Progress.AcknowledgedBytes == 30_000, "30,000 bytes were not acknowledged");
        OutgoingProgress sent = writer.Progress;
        Assert.Equal((30_000, 30_000, 30_000, 100_000), (sent.WrittenBytes, sent.SentBytes, sent.AcknowledgedBytes, sent.TotalBytes));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            progress = reader.Progress;
            sent = writer.Progress;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Task WriteAllAsync(OutgoingStream writer, byte[] payload) => Task.Run(async () =>
    {
        await writer.WriteAsync(payload);
        await writer.CompleteAsync();
    });
}
