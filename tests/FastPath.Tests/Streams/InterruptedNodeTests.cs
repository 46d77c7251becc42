using FastPath.Buffers.Pooling;
using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>A side that stands still, is slow or is gone while bytes move as fast as they can.</summary>
public sealed class InterruptedNodeTests
{
    private const int PayloadBytes = 20_000_000;
    private const long Budget = 4L * 1_024 * 1_024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_node_that_stands_still_again_and_again_loses_no_byte_and_keeps_to_its_budget(int which)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { BufferBudgetBytes = Budget });
        using var done = new CancellationTokenSource();
        Task pauses = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                using var gate = new ManualResetEventSlim();
                var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                line[which].Host.Loop.Post(_ =>
                {
                    gate.Wait();
                    over.SetResult();
                });
                await Task.Delay(20);
                gate.Set();
                await over.Task;
            }
        });
        try
        {
            await MoveAsync(line, PayloadBytes, _ => default);
        }
        finally
        {
            // Also when that fails: else the node would stand still for ever while it is disposed.
            await done.CancelAsync();
            await pauses;
        }

        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_reader_that_is_slow_holds_the_writer_back_and_nothing_grows()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { BufferBudgetBytes = Budget });
        await MoveAsync(line, PayloadBytes, async read =>
        {
            if (read % 16 == 0)
            {
                await Task.Yield();
                Thread.SpinWait(20_000);
            }
        });
        await line.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_node_that_is_gone_in_the_middle_is_told_with_its_cause_and_leaves_nothing_at_the_other(int which)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { BufferBudgetBytes = Budget });
        await using OutgoingStream writer = line.Right(0).OpenStream(default, PayloadBytes);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(new byte[PayloadBytes]);
            await writer.CompleteAsync();
        });
        using StreamHandle reader = await line[1].AcceptStreamsAsync().FirstAsync();
        long read = 0;
        Task<FastPathException> failure = Assert.ThrowsAsync<FastPathException>(async () =>
        {
            while (await reader.ReadAvailableAsync() is { IsEmpty: false } bytes)
            {
                read += bytes.Length;
                if (read > PayloadBytes / 4)
                {
                    await line[which].DisposeAsync();
                }
            }
        });
        await failure;
        await Assert.ThrowsAsync<FastPathException>(() => write);
        reader.Dispose();
        await writer.DisposeAsync();
        PinnedSlabPool pool = line[1 - which].Core.Endpoint.Pool;
        await StreamReading.UntilAsync(() => (pool.RentedBytes, pool.ReservedBytes) == (0, 0), "something is held still");
    }

    /// <summary>Moves a payload and looks at every byte and, with each read, at the pools of both ends.</summary>
    private static async Task MoveAsync(NodeLine line, int length, Func<int, ValueTask> betweenReads)
    {
        byte[] payload = new byte[length];
        new Random(7).NextBytes(payload);
        await using OutgoingStream writer = line.Right(0).OpenStream(default, length);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(payload);
            await writer.CompleteAsync();
        });
        using StreamHandle reader = await line[1].AcceptStreamsAsync().FirstAsync();
        int read = 0;
        int reads = 0;
        while (await reader.ReadAvailableAsync() is { IsEmpty: false } bytes)
        {
            Assert.True(bytes.Span.SequenceEqual(payload.AsSpan(read, bytes.Length)));
            read += bytes.Length;
            Assert.All(line.Nodes, node => Assert.InRange(node.Core.Endpoint.Pool.SlabBytes, 0, Budget));
            await betweenReads(reads++);
        }

        Assert.Equal(length, read);
        await write;
    }
}
