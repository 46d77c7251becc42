using System.Security.Cryptography;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Given up at every place where something is waited for, nothing stays behind (scenario A8).</summary>
public sealed class CancellationTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1_200_000);

    [Fact]
    [Trait("Scenario", "A8")]
    public async Task Cancelled_at_any_step_of_writing_forking_relaying_and_reading_everything_goes_back()
    {
        await using NodeStar star = await NodeStar.StartAsync(2);
        int cancelled = 0;
        for (int step = 0; step < 40; step++)
        {
            // From before the first step to after the last: the run takes about 30 of them.
            using var cancel = new CancellationTokenSource();
            int left = step;
            await RunAsync(
                star,
                () =>
                {
                    if (Interlocked.Decrement(ref left) == -1)
                    {
                        cancel.Cancel();
                    }
                },
                cancel.Token);
            cancelled += cancel.IsCancellationRequested ? 1 : 0;
            await star.AssertBaselineAsync();
            Assert.Equal((0, 0), (star.ToHub.Connection.Streams.SendingCount, star.ToSinks[0].Connection.Streams.SendingCount));
        }

        Assert.InRange(cancelled, 10, 40);
    }

    [Fact]
    [Trait("Scenario", "A8")]
    public async Task A_read_that_is_cancelled_ends_also_where_bytes_are_there()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(Payload.AsMemory(0, 20_000));
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        await StreamReading.UntilAsync(() => reader.ReceivedBytes == 20_000, "the bytes came");
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadAvailableAsync(cancel.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.ReadSegmentAsync(10, cancel.Token));
        ReadOnlyMemory<byte> read = await reader.ReadAsync(100);
        Assert.True(Payload.AsSpan(0, 100).SequenceEqual(read.Span));
        await writer.DisposeAsync();
    }

    [Fact]
    [Trait("Scenario", "A8")]
    public async Task Every_wait_that_is_cancelled_leaves_what_it_waited_for_usable()
    {
        await using NodeStar star = await NodeStar.StartAsync(1);
        await using OutgoingStream writer = star.ToHub.OpenStream();

        // Nobody reads: the first credit and the writer's own window fill, then the write waits; what was written stays written.
        using var cancel = new CancellationTokenSource();
        Task write = writer.WriteAsync(Payload, cancel.Token).AsTask();
        using StreamHandle reader = await star.AcceptAtHubAsync();
        await StreamReading.UntilAsync(
            () => writer.Progress is { WrittenBytes: >= 256 * 1_024, AcknowledgedBytes: 64 * 1_024 }, "the window did not fill");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);

        // It is not woken for the last bit of room, if it took the first before everything was acknowledged.
        int begun = (int)writer.Progress.WrittenBytes;
        await writer.WriteAsync(Payload.AsMemory(begun, ((64 + 256) * 1_024) - begun));
        await CancelledAsync(token => writer.FlushAsync(token).AsTask());
        await CancelledAsync(async token => await writer.GetMemoryAsync(token));
        int written = (int)writer.Progress.WrittenBytes;
        Task<byte[]> read = ReadAsync(reader, written + 5);
        await StreamReading.UntilAsync(() => reader.Position == written, "what was written did not come");
        await writer.WriteAsync(Payload.AsMemory(written, 5));
        byte[] got = await read;
        Assert.True(Payload.AsSpan(0, written + 5).SequenceEqual(got));
        await CancelledAsync(async token => await reader.ReadAvailableAsync(token));
        await CancelledAsync(async token => await reader.ReadSegmentAsync(cancellationToken: token));
        await CancelledAsync(async token => await reader.ReadAllAsync(1_000, token));
        await writer.CompleteAsync();
        Assert.True((await reader.ReadAvailableAsync()).IsEmpty);

        // A pipe whose window is full: the fragment that waited may be piped again.
        var limits = new PipeLimits { FragmentsBufferedMax = 1, ConcurrentSendsMax = 1 };
        await using PipedStream pipe = star.Hub.Pipe(star.ToSinks, 3_000, 1_000, limits: limits);
        await CancelledAsync(token => pipe.PipeFragmentAsync(3, Payload.AsMemory(2_000, 1_000), token).AsTask());
        Task<bool> third = pipe.PipeFragmentAsync(3, Payload.AsMemory(2_000, 1_000)).AsTask();
        await CancelledAsync(token => pipe.PipeFragmentAsync(2, Payload.AsMemory(1_000, 1_000), token).AsTask());
        await pipe.PipeFragmentAsync(1, Payload.AsMemory(0, 1_000));
        await pipe.PipeFragmentAsync(2, Payload.AsMemory(1_000, 1_000));
        Assert.True(await third);
        using StreamHandle sink = await star.AcceptAtSinkAsync(0);
        Assert.Equal(Payload[..3_000], await StreamReading.DrainAsync(sink));
        await pipe.CompleteAsync();
        sink.Dispose();
        reader.Dispose();
        await pipe.DisposeAsync();
        await writer.DisposeAsync();
        await star.AssertBaselineAsync();
    }

    private static async Task CancelledAsync(Func<CancellationToken, Task> wait)
    {
        using var cancel = new CancellationTokenSource();
        Task waiting = wait(cancel.Token);
        for (int i = 0; i < 20; i++)
        {
            await Task.Yield();
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static async Task<byte[]> ReadAsync(StreamHandle reader, int length)
    {
        var bytes = new MemoryStream();
        while (bytes.Length < length)
        {
            ReadOnlyMemory<byte> part = await reader.ReadAvailableAsync();
            Assert.False(part.IsEmpty, $"the stream ended after {bytes.Length} bytes");
            bytes.Write(part.Span);
        }

        return bytes.ToArray();
    }

    /// <summary>A source writes, the hub forks and relays to two sinks; every turn of everybody is a step.</summary>
    private static async Task RunAsync(NodeStar star, Action step, CancellationToken cancellation)
    {
        OutgoingStream? writer = null;
        StreamHandle? arriving = null;
        StreamHandle? fork = null;
        var running = new List<Task>();
        try
        {
            step();
            writer = await star.Source.OpenStreamAsync(star.Hub.Address, totalLength: Payload.Length, cancellationToken: cancellation);
            OutgoingStream to = writer;
            running.Add(Task.Run(async () =>
            {
                for (int offset = 0; offset < Payload.Length; offset += 150_000)
                {
                    step();
                    await to.WriteAsync(Payload.AsMemory(offset, 150_000), cancellation);
                }

                step();
                await to.CompleteAsync(cancellation);
                step();
            }, CancellationToken.None));
            arriving = await star.AcceptAtHubAsync(cancellation);
            step();
            fork = arriving.Fork();
            running.Add(ConsumeAsync(fork, step, cancellation));
            step();
            running.Add(star.Hub.RelayToAsync(arriving, star.ToSinks, cancellation).AsTask());
            for (int i = 0; i < 2; i++)
            {
                StreamHandle sink = await star.AcceptAtSinkAsync(i, cancellation);
                step();
                running.Add(ConsumeAsync(sink, step, cancellation));
            }

            await Task.WhenAll(running);
        }
        catch (Exception e) when (e is OperationCanceledException or FastPathException)
        {
            Assert.True(cancellation.IsCancellationRequested, $"{e}");
        }
        finally
        {
            fork?.Dispose();
            arriving?.Dispose();
            if (writer is not null)
            {
                await writer.DisposeAsync();
            }

            foreach (Task task in running)
            {
                await StreamReading.FailureOf(() => task);
            }

            // What was opened and not accepted before the cancellation is taken and dropped, as an application would.
            await DropWaitingAsync(star);
        }
    }

    private static async Task ConsumeAsync(StreamHandle handle, Action step, CancellationToken cancellation)
    {
        using StreamHandle owned = handle;
        for (long read = 0; read < Payload.Length;)
        {
            long before = read / 300_000;
            using StreamSegment segment = await handle.ReadSegmentAsync(cancellationToken: cancellation);
            if (segment.IsEnd)
            {
                break;
            }

            read += segment.Memory.Length;
            if (read / 300_000 > before)
            {
                step();
            }
        }
    }

    private static async Task DropWaitingAsync(NodeStar star)
    {
        // A round trip behind the last frame: what was opened has been announced.
        await star.ToHub.PingAsync();
        foreach (FastPathPeer sink in star.ToSinks)
        {
            await sink.PingAsync();
        }

        star.DropWaiting();
    }
}
