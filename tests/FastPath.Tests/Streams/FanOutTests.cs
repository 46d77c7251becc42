using System.Security.Cryptography;
using FastPath.Streams;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Streams;

/// <summary>Three readers of one arriving stream, one of which stops: each policy, for peers and for readers of this node.</summary>
public sealed class FanOutTests
{
    // A window at the hub, and what a sink that reads nothing takes into its own.
    private const long WindowMax = 1_024 * 1_024;
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(4_000_003);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "R8")]
    public async Task A_target_that_stops_is_waited_for_and_memory_stays_a_window(bool relays)
    {
        await using NodeStar star = await NodeStar.StartAsync(3);
        Passing passing = await PassAsync(star, relays, LaggardPolicy.WaitForAll);
        Task<byte[]>[] read = await ReadTwoAsync(star);
        using StreamHandle stopped = await star.AcceptAtSinkAsync(2);
        passing.Go();

        // The others come as far as the stopped one's window lets them, and no further.
        await StreamReading.UntilAsync(() => passing.State(2).AcknowledgedBytes >= 64 * 1_024, "nothing reached the third");
        await StreamReading.UntilAsync(() => passing.State(0).AcknowledgedBytes > passing.State(2).AcknowledgedBytes, "nobody is ahead");
        Assert.False(read[0].IsCompleted || read[1].IsCompleted);
        Assert.True(star.Hub.Core.Endpoint.Pool.PeakRentedBytes <= 2 * WindowMax);
        Assert.True(passing.State(0).AcknowledgedBytes - passing.State(2).AcknowledgedBytes <= WindowMax);
        Task<byte[]> last = StreamReading.DrainAsync(stopped);
        foreach (byte[] bytes in await Task.WhenAll([.. read, last]))
        {
            Assert.True(Payload.AsSpan().SequenceEqual(bytes));
        }

        await passing.Completion;
        Assert.Equal(new FanOutTargetState(Payload.Length, 0, 0, true, null), passing.State(2));
        stopped.Dispose();
        await passing.DisposeAsync();
        await star.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "R8")]
    public async Task A_target_that_stops_is_dropped_and_told_and_the_others_have_everything(bool relays)
    {
        await using NodeStar star = await NodeStar.StartAsync(3);
        Passing passing = await PassAsync(star, relays, LaggardPolicy.DropAfter(TimeSpan.FromMilliseconds(100)));
        Task<byte[]>[] read = await ReadTwoAsync(star);
        using StreamHandle stopped = await star.AcceptAtSinkAsync(2);
        passing.Go();
        foreach (byte[] bytes in await Task.WhenAll(read))
        {
            Assert.True(Payload.AsSpan().SequenceEqual(bytes));
        }

        await passing.Completion;
        Assert.Equal((true, FastPathError.TooSlow), (passing.State(2).HasEnded, passing.State(2).Error));
        Assert.Equal((true, null), (passing.State(0).HasEnded, passing.State(0).Error));
        FastPathException told = await Assert.ThrowsAsync<FastPathException>(() => StreamReading.DrainAsync(stopped));
        Assert.Equal(FastPathError.TooSlow, told.Error);
        Assert.True(star.Hub.Core.Endpoint.Pool.PeakRentedBytes <= 2 * WindowMax);
        stopped.Dispose();
        await passing.DisposeAsync();
        await star.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "R8")]
    public async Task A_target_that_stops_is_spilled_for_and_has_everything_later(bool relays)
    {
        using var folder = new TemporaryFolder();
        await using NodeStar star = await NodeStar.StartAsync(3);
        Passing passing = await PassAsync(star, relays, LaggardPolicy.SpillTo(folder.Path, 8_000_000));
        Task<byte[]>[] read = await ReadTwoAsync(star);
        using StreamHandle stopped = await star.AcceptAtSinkAsync(2);
        passing.Go();
        foreach (byte[] bytes in await Task.WhenAll(read))
        {
            Assert.True(Payload.AsSpan().SequenceEqual(bytes));
        }

        await StreamReading.UntilAsync(() => passing.State(2).SpilledBytes > Payload.Length / 2, "nothing was spilled");
        Assert.Single(Directory.GetFiles(folder.Path));
        Assert.False(passing.Completion.IsCompleted);
        Assert.True(star.Hub.Core.Endpoint.Pool.PeakRentedBytes <= 2 * WindowMax);
        byte[] late = await StreamReading.DrainAsync(stopped);
        Assert.True(Payload.AsSpan().SequenceEqual(late));
        await passing.Completion;
        Assert.Equal((true, null, 0), (passing.State(2).HasEnded, passing.State(2).Error, passing.State(2).SpilledBytes));
        Assert.Empty(Directory.GetFiles(folder.Path));
        stopped.Dispose();
        await passing.DisposeAsync();
        await star.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_spill_file_ends_that_target_and_no_other(bool relays)
    {
        using var folder = new TemporaryFolder();
        await using NodeStar star = await NodeStar.StartAsync(3);
        Passing passing = await PassAsync(star, relays, LaggardPolicy.SpillTo(folder.Path, 300_000));
        Task<byte[]>[] read = await ReadTwoAsync(star);
        using StreamHandle stopped = await star.AcceptAtSinkAsync(2);
        passing.Go();
        foreach (byte[] bytes in await Task.WhenAll(read))
        {
            Assert.True(Payload.AsSpan().SequenceEqual(bytes));
        }

        await passing.Completion;
        Assert.Equal(FastPathError.TooSlow, passing.State(2).Error);
        FastPathException told = await Assert.ThrowsAsync<FastPathException>(() => StreamReading.DrainAsync(stopped));
        Assert.Equal(FastPathError.TooSlow, told.Error);
        Assert.Empty(Directory.GetFiles(folder.Path));
        stopped.Dispose();
        await passing.DisposeAsync();
        await star.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Giving_up_deletes_the_spill_file_and_tells_every_target(bool relays)
    {
        using var folder = new TemporaryFolder();
        await using NodeStar star = await NodeStar.StartAsync(3);
        Passing passing = await PassAsync(star, relays, LaggardPolicy.SpillTo(folder.Path, 8_000_000), ends: false);
        Task<byte[]>[] read = await ReadTwoAsync(star);
        using StreamHandle stopped = await star.AcceptAtSinkAsync(2);
        passing.Go();
        await StreamReading.UntilAsync(() => passing.State(2).SpilledBytes > 0, "nothing was spilled");
        await passing.DisposeAsync();
        foreach (Task<byte[]> reading in (Task<byte[]>[])[.. read, StreamReading.DrainAsync(stopped)])
        {
            await Assert.ThrowsAsync<FastPathException>(() => reading);
        }

        await StreamReading.UntilAsync(() => Directory.GetFiles(folder.Path).Length == 0, "the spill file is still there");
        stopped.Dispose();
        await star.AssertBaselineAsync();
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("drop")]
    [InlineData("spill")]
    public async Task Readers_of_this_node_obey_the_same_policies(string policy)
    {
        using var folder = new TemporaryFolder();
        await using NodeStar star = await NodeStar.StartAsync(1);
        await using OutgoingStream writer = star.ToHub.OpenStream(totalLength: Payload.Length);
        Task write = WriteAllAsync(writer);
        using StreamHandle arriving = await star.AcceptAtHubAsync();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        byte[]? first = null;
        byte[]? second = null;
        LaggardPolicy of = policy switch
        {
            "wait" => LaggardPolicy.WaitForAll,
            "drop" => LaggardPolicy.DropAfter(TimeSpan.FromMilliseconds(100)),
            _ => LaggardPolicy.SpillTo(folder.Path, 8_000_000),
        };
        await using RelayedStream relayed = star.Hub.Relay(
            arriving,
            [
                FanOutTarget.ToPeer(star.ToSinks[0]),
                FanOutTarget.ToReader(async (handle, _) => first = await StreamReading.DrainAsync(handle)),
                FanOutTarget.ToReader(
                    async (handle, cancellation) =>
                    {
                        await handle.ReadAsync(10, cancellation);
                        await go.Task;
                        second = await StreamReading.DrainAsync(handle);
                    },
                    of),
            ]);
        using StreamHandle sink = await star.AcceptAtSinkAsync(0);
        Task<byte[]> read = StreamReading.DrainAsync(sink);
        if (policy == "wait")
        {
            await StreamReading.UntilAsync(() => relayed.GetTargetState(0).AcknowledgedBytes >= 64 * 1_024, "nothing came");
            Assert.False(read.IsCompleted);
            go.SetResult();
        }

        byte[] whole = await read;
        Assert.True(Payload.AsSpan().SequenceEqual(whole));
        if (policy == "spill")
        {
            await StreamReading.UntilAsync(() => relayed.GetTargetState(2).SpilledBytes > Payload.Length / 2, "nothing was spilled");
            go.SetResult();
        }

        await relayed.CompleteAsync();
        await write;
        Assert.True(Payload.AsSpan().SequenceEqual(first));
        if (policy == "drop")
        {
            // Nobody waits for the reader, though it has not come back.
            Assert.Equal((true, FastPathError.TooSlow), (relayed.GetTargetState(2).HasEnded, relayed.GetTargetState(2).Error));
            go.SetResult();
        }
        else
        {
            Assert.True(Payload.AsSpan(10).SequenceEqual(second));
        }

        Assert.Empty(Directory.GetFiles(folder.Path));
        sink.Dispose();
        await writer.DisposeAsync();
        await star.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_relayed_handle_is_spent_but_its_forks_read_on()
    {
        await using NodeStar star = await NodeStar.StartAsync(1);
        await using OutgoingStream writer = star.ToHub.OpenStream(totalLength: Payload.Length);
        Task write = WriteAllAsync(writer);
        StreamHandle arriving = await star.AcceptAtHubAsync();
        using StreamHandle fork = arriving.Fork();
        Task relay = star.Hub.RelayToAsync(arriving, star.ToSinks).AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await arriving.ReadAvailableAsync());
        arriving.Dispose();
        using StreamHandle sink = await star.AcceptAtSinkAsync(0);
        byte[][] read = await Task.WhenAll(StreamReading.DrainAsync(fork), StreamReading.DrainAsync(sink));
        Assert.All(read, bytes => Assert.True(Payload.AsSpan().SequenceEqual(bytes)));
        await relay;
        await write;

        await using OutgoingStream other = star.ToHub.OpenStream();
        await other.WriteAsync(new byte[100]);
        using StreamHandle begun = await star.AcceptAtHubAsync();
        await begun.ReadAvailableAsync();
        FastPathException late = await Assert.ThrowsAsync<FastPathException>(async () => await star.Hub.RelayToAsync(begun, star.ToSinks));
        Assert.Equal(FastPathError.TooLate, late.Error);
        begun.Dispose();
        await other.DisposeAsync();
        fork.Dispose();
        sink.Dispose();
        await writer.DisposeAsync();
        await star.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_pipe_takes_fragments_of_many_threads_and_holds_no_more_than_its_limits()
    {
        await using NodeStar star = await NodeStar.StartAsync(2);
        var limits = new PipeLimits { FragmentsBufferedMax = 20, BufferedBytesMax = 1_000_000, ConcurrentSendsMax = 3 };
        await using PipedStream pipe = star.Hub.Pipe(star.ToSinks, Payload.Length, 5_000, new byte[] { 9 }, limits);
        var random = new Random(3);

        // Out of order within a window, and more callers than may wait at once.
        uint[] order = [.. Enumerable.Range(0, (int)pipe.FragmentCount).OrderBy(i => i + random.Next(12)).Select(i => (uint)i + 1)];
        int next = -1;
        int completions = 0;
        Task[] pipers = [.. Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < order.Length; i = Interlocked.Increment(ref next))
            {
                int offset = ((int)order[i] - 1) * 5_000;
                if (await pipe.PipeFragmentAsync(order[i], Payload.AsMemory(offset, Math.Min(5_000, Payload.Length - offset))))
                {
                    Interlocked.Increment(ref completions);
                }

                Assert.True(pipe.Progress.BufferedBytes <= 100_000);
            }
        }))];
        StreamHandle[] sinks = [await star.AcceptAtSinkAsync(0), await star.AcceptAtSinkAsync(1)];
        foreach (byte[] bytes in await Task.WhenAll(sinks.Select(StreamReading.DrainAsync)))
        {
            Assert.True(Payload.AsSpan().SequenceEqual(bytes));
        }

        await Task.WhenAll(pipers);
        await pipe.CompleteAsync();
        Assert.True(completions >= 1);
        Assert.Equal(new PipeProgress(Payload.Length, 0, Payload.Length, 0, 0), pipe.Progress);
        foreach (StreamHandle sink in sinks)
        {
            sink.Dispose();
        }

        await pipe.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pipe.PipeFragmentAsync(1, Payload.AsMemory(0, 5_000)));
        await star.AssertBaselineAsync();
    }

    private static async Task<Task<byte[]>[]> ReadTwoAsync(NodeStar star)
    {
        StreamHandle first = await star.AcceptAtSinkAsync(0);
        StreamHandle second = await star.AcceptAtSinkAsync(1);
        return [DrainAndDisposeAsync(first), DrainAndDisposeAsync(second)];
    }

    private static async Task<byte[]> DrainAndDisposeAsync(StreamHandle handle)
    {
        using StreamHandle owned = handle;
        return await StreamReading.DrainAsync(owned);
    }

    private static Task WriteAllAsync(OutgoingStream writer) => Task.Run(async () =>
    {
        await writer.WriteAsync(Payload);
        await writer.CompleteAsync();
    });

    /// <summary>The third target has the policy; the others are waited for. Beyond the first bytes it waits for the word to go.</summary>
    /// <remarks>A target that is dropped before its stream was announced never hears of it, and there would be nobody to ask.</remarks>
    private static async Task<Passing> PassAsync(NodeStar star, bool relays, LaggardPolicy policy, bool ends = true)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        FanOutTarget[] targets =
        [
            FanOutTarget.ToPeer(star.ToSinks[0]),
            FanOutTarget.ToPeer(star.ToSinks[1]),
            FanOutTarget.ToPeer(star.ToSinks[2], policy),
        ];
        if (!relays)
        {
            PipedStream pipe = star.Hub.Pipe(targets, Payload.Length + (ends ? 0 : 1), 10_000);
            Task pump = Task.Run(async () =>
            {
                for (uint n = 1; n <= pipe.FragmentCount; n++)
                {
                    await (n == 2 ? go.Task : Task.CompletedTask);
                    int offset = ((int)n - 1) * 10_000;
                    if (Payload.Length - offset >= Math.Min(10_000, Payload.Length + (ends ? 0 : 1) - offset))
                    {
                        await pipe.PipeFragmentAsync(n, Payload.AsMemory(offset, Math.Min(10_000, Payload.Length - offset)));
                    }
                }
            });
            return new Passing(go.SetResult, pipe.GetTargetState, pipe.CompleteAsync().AsTask(), async () =>
            {
                await pipe.DisposeAsync();
                await StreamReading.FailureOf(() => pump);
            });
        }

        OutgoingStream writer = star.ToHub.OpenStream();
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(Payload.AsMemory(0, 10_000));
            await go.Task;
            await writer.WriteAsync(Payload.AsMemory(10_000));
            if (ends)
            {
                await writer.CompleteAsync();
            }
        });
        RelayedStream relayed = star.Hub.Relay(await star.AcceptAtHubAsync(), targets);
        return new Passing(go.SetResult, relayed.GetTargetState, relayed.CompleteAsync().AsTask(), async () =>
        {
            await relayed.DisposeAsync();
            await StreamReading.FailureOf(() => write);
            await writer.DisposeAsync();
        });
    }

    private sealed record Passing(Action Go, Func<int, FanOutTargetState> State, Task Completion, Func<Task> DisposeAsync);
}
