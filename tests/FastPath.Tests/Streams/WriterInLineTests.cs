using System.Security.Cryptography;
using FastPath.Buffers.Pooling;
using FastPath.Engine;
using FastPath.Options;
using FastPath.Protocol.Streams;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>A writer that found no room, while the loop has other streams to send.</summary>
public sealed class WriterInLineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1_000_000);

    [Fact]
    public async Task It_keeps_no_block_and_goes_on_when_its_turn_comes()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await SetBusyAsync(line, 1);

        await using OutgoingStream writer = line.Right(0).OpenStream();
        Task write = await FillAsync(line, writer, Payload);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Task<byte[]> read = StreamReading.DrainAsync(reader);

        // All that it had room for has arrived. Its blocks are back with the last acknowledgement, not at the half-second sweep,
        // and nothing calls it back.
        PinnedSlabPool pool = line[0].Core.Endpoint.Pool;
        using var limit = new CancellationTokenSource(Limit);
        long kept = -1;
        while (kept < 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            kept = await OnLoopAsync(line[0], () =>
                writer.AcknowledgedBytes == writer.Writer.Ring.Capacity ? pool.RentedBytesOf(BufferHolder.SendRing) : -1);
        }

        Assert.Equal(0, kept);
        Assert.False(await OnLoopAsync(line[0], () => line[0].Host.Loop.Writers.IsEmpty));
        Assert.False(write.IsCompleted);

        await SetBusyAsync(line, -1);
        await write.WaitAsync(Limit);
        await writer.CompleteAsync();
        Assert.Equal(Payload, await read.WaitAsync(Limit));
    }

    [Fact]
    public async Task However_wide_its_window_is_it_adds_no_more_than_others_in_its_turn()
    {
        const int Window = 4 * WriterLine.TurnBytesMax;
        byte[] payload = RandomNumberGenerator.GetBytes(4 * Window);
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { SendWindowBytes = Window });

        // Two others, so that it stands in line whether its own bytes count at that moment or not.
        await SetBusyAsync(line, 2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        Task write = await FillAsync(line, writer, payload);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Task<byte[]> read = StreamReading.DrainAsync(reader);

        // While its first window leaves it may have been let go, when that waited for credit.
        long before = await StandsIdleAsync(line, writer);
        Assert.InRange(before, Window, payload.Length - Window);

        await LetGoAsync(line, WriterLine.TurnBytesMax);
        await StreamReading.UntilAsync(() => writer.Writer.Ring.Frontier > before, "it was not let go");
        long after = await StandsIdleAsync(line, writer);

        // Where its turn ends inside a block, that is its own to fill.
        Assert.InRange(after - before, WriterLine.TurnBytesMax, WriterLine.TurnBytesMax + line[0].Core.Endpoint.Pool.BlockBytes);

        await SetBusyAsync(line, -2);
        await write.WaitAsync(Limit);
        await writer.CompleteAsync();
        Assert.Equal(payload, await read.WaitAsync(Limit));
    }

    [Fact]
    public async Task One_whose_turn_ends_with_its_last_byte_stands_there_only_when_it_waits_for_more()
    {
        const int Window = 256 * 1_024;
        byte[] payload = RandomNumberGenerator.GetBytes((2 * Window) + 1);
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { SendWindowBytes = Window });
        await SetBusyAsync(line, 2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        Task write = await FillAsync(line, writer, payload[..(Window + 1)]);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Task<byte[]> read = StreamReading.DrainAsync(reader);
        Assert.Equal(Window, await StandsIdleAsync(line, writer));
        await LetGoAsync(line, Window);
        await write.WaitAsync(Limit);
        await writer.WriteAsync(payload.AsMemory(Window + 1, Window - 1)).AsTask().WaitAsync(Limit);
        await StreamReading.UntilAsync(() => writer.AcknowledgedBytes == 2 * Window, "not all arrives");
        Assert.True(await OnLoopAsync(line[0], () => line[0].Host.Loop.Writers.IsEmpty));

        Task last = writer.WriteAsync(payload.AsMemory(2 * Window)).AsTask();
        Assert.Equal(2 * Window, await StandsIdleAsync(line, writer));
        Assert.False(last.IsCompleted);
        await SetBusyAsync(line, -2);
        await last.WaitAsync(Limit);
        await writer.CompleteAsync();
        Assert.Equal(payload, await read.WaitAsync(Limit));
    }

    [Fact]
    public async Task One_that_looks_again_and_again_instead_of_waiting_has_its_turns_too()
    {
        const int Window = 256 * 1_024;
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { SendWindowBytes = Window });
        await SetBusyAsync(line, 2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        Task write = await FillAsync(line, writer, Payload[..(2 * Window)]);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Task<byte[]> read = StreamReading.DrainAsync(reader);
        Assert.Equal(Window, await StandsIdleAsync(line, writer));
        await LetGoAsync(line, Window);
        await write.WaitAsync(Limit);

        Assert.False(writer.TryGetMemory(out _));
        Assert.Equal(2 * Window, await StandsIdleAsync(line, writer));

        // Its ring has grown meanwhile.
        await LetGoAsync(line, WriterLine.TurnBytesMax);
        await StreamReading.UntilAsync(() => writer.TryGetMemory(out _), "its turn does not come");
        await SetBusyAsync(line, -2);
        await writer.CompleteAsync();
        Assert.Equal(Payload[..(2 * Window)], await read.WaitAsync(Limit));
    }

    [Fact]
    public async Task One_with_two_targets_does_not_stand_there()
    {
        await using NodeLine line = await NodeLine.StartAsync(3);
        await SetBusyAsync(line, 1, node: 1);
        FastPathPeer left = await line[1].ConnectAsync(line[0].Address);
        var description = new StreamDescription { TransferId = 1, TotalLength = Payload.Length };
        using RingWriter writer = line[1].Host.Open([left.Connection, line.Right(1).Connection], description);
        await using var stream = new OutgoingStream(writer);
        Task write = stream.WriteAsync(Payload).AsTask();
        using StreamHandle first = await StreamReading.AcceptAsync(line[0]);
        using StreamHandle second = await StreamReading.AcceptAsync(line[2]);
        Task<byte[]>[] reads = [StreamReading.DrainAsync(first), StreamReading.DrainAsync(second)];
        await write.WaitAsync(Limit);
        await stream.CompleteAsync();
        foreach (Task<byte[]> read in reads)
        {
            Assert.Equal(Payload, await read.WaitAsync(Limit));
        }

        await SetBusyAsync(line, -1, node: 1);
    }

    [Fact]
    public async Task One_that_is_given_up_there_ends_at_once()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await SetBusyAsync(line, 1);
        OutgoingStream writer = line.Right(0).OpenStream();
        Task write = writer.WriteAsync(Payload).AsTask();
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Task<byte[]> read = StreamReading.DrainAsync(reader);
        await StreamReading.UntilAsync(() => !line[0].Host.Loop.Writers.IsEmpty, "it does not stand in line");
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => write.WaitAsync(Limit));
        FastPathException failure = await Assert.ThrowsAsync<FastPathException>(() => read.WaitAsync(Limit));
        Assert.Equal(FastPathError.Cancelled, failure.Error);
        await SetBusyAsync(line, -1);
        await StreamReading.UntilAsync(() => line[0].Host.Loop.Writers.IsEmpty, "its place is not given up");
        reader.Dispose();
        await line.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(64, 1_000_000, 256 * 1_024)]
    [InlineData(8, 12_000_000, 4 * WriterLine.TurnBytesMax)]
    public async Task Many_share_one_connection_and_none_is_forgotten(int count, int length, int window)
    {
        byte[] payload = RandomNumberGenerator.GetBytes(length);
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { SendWindowBytes = window });
        Task[] writes = [.. Enumerable.Range(0, count).Select(_ => Task.Run(async () =>
        {
            await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: payload.Length);
            await writer.WriteAsync(payload);
            await writer.CompleteAsync();
        }))];
        Task[] reads = [.. Enumerable.Range(0, count).Select(_ => Task.Run(async () =>
        {
            using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
            Assert.Equal(payload, await StreamReading.DrainAsync(reader));
        }))];
        await Task.WhenAll([.. writes, .. reads]).WaitAsync(Limit);
        await line.AssertBaselineAsync();
    }

    /// <summary>As if so many streams more had bytes that the loop does not get to.</summary>
    private static async Task SetBusyAsync(NodeLine line, int streams, int node = 0) => await OnLoopAsync(line[node], () =>
    {
        line[node].Core.Endpoint.Backlog.Add(isFilledInTurn: true, streams);
        return true;
    });

    /// <summary>As if the others had sent so much that the first in line is let go although they have more.</summary>
    private static async Task LetGoAsync(NodeLine line, int turnBytes) => await OnLoopAsync(line[0], () =>
    {
        line[0].Host.Loop.Writers.OnSent(2 * turnBytes);
        return true;
    });

    /// <summary>Writes until there is no room, and nothing gives it more meanwhile.</summary>
    /// <returns>The write, which waits.</returns>
    private static async Task<Task> FillAsync(NodeLine line, OutgoingStream writer, byte[] payload)
    {
        var hasFilled = new TaskCompletionSource();
        line[0].Host.Loop.Post(_ => hasFilled.Task.Wait(Limit));
        Task write = writer.WriteAsync(payload).AsTask();
        await StreamReading.UntilAsync(() => writer.Writer.Waiting > 0, "it found room without end");
        Assert.Equal(writer.Writer.Ring.Capacity, writer.Writer.Ring.Frontier);
        hasFilled.SetResult();
        return write;
    }

    /// <summary>Waits until it stands in line and all that it has written is acknowledged.</summary>
    /// <returns>How much that is.</returns>
    private static async Task<long> StandsIdleAsync(NodeLine line, OutgoingStream writer)
    {
        using var limit = new CancellationTokenSource(Limit);
        long written = -1;
        while (written < 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            written = await OnLoopAsync(line[0], () =>
                !line[0].Host.Loop.Writers.IsEmpty && writer.AcknowledgedBytes == writer.Writer.Ring.Frontier ? writer.AcknowledgedBytes : -1);
        }

        return written;
    }

    private static async Task<T> OnLoopAsync<T>(FastPathNode node, Func<T> ask)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Host.Loop.Post(_ => answer.SetResult(ask()));
        return await answer.Task.WaitAsync(Limit);
    }
}
