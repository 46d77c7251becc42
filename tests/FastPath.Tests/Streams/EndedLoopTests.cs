using System.Security.Cryptography;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>What begins when the node's thread has just ended, the node being disposed, ends with a typed failure and never waits on.</summary>
public sealed class EndedLoopTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_fork_of_a_stream_reads_what_came_and_then_why_no_more_does()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[1_000]);
        using StreamHandle first = await StreamReading.AcceptAsync(line[1]);
        await StreamReading.UntilAsync(() => first.ReceivedBytes == 1_000, "the bytes did not come");
        line[1].Host.Loop.Dispose();
        using StreamHandle fork = first.Fork();
        Assert.Equal(1_000, (await fork.ReadAvailableAsync().AsTask().WaitAsync(Limit)).Length);
        FastPathException failure = await Assert.ThrowsAsync<FastPathException>(
            () => fork.ReadAvailableAsync().AsTask().WaitAsync(Limit));
        Assert.Equal(FastPathError.ConnectionClosed, failure.Error);
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_stream_that_is_opened_ends_and_so_does_who_writes_to_it()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        Connection connection = line.Right(0).Connection;
        line[0].Host.Loop.Dispose();
        using RingWriter writer = line[0].Host.Open([connection], new StreamDescription { TransferId = 1, TotalLength = 10_000_000 });
        await writer.Ended.WaitAsync(Limit);
        await using var stream = new OutgoingStream(writer);
        FastPathException failure = await Assert.ThrowsAsync<FastPathException>(
            () => stream.WriteAsync(new byte[10_000_000]).AsTask().WaitAsync(Limit));
        Assert.Equal(FastPathError.ConnectionClosed, failure.Error);
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task An_offer_is_not_taken()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        Connection connection = line.Right(0).Connection;
        line[0].Host.Loop.Dispose();
        var description = new StreamDescription { TransferId = 1, TotalLength = 10_000_000, Digest = RandomNumberGenerator.GetBytes(32) };
        FastPathException failure = await Assert.ThrowsAsync<FastPathException>(
            () => OfferedSend.RunAsync(line[0].Host.Loop, connection, description, CancellationToken.None).WaitAsync(Limit));
        Assert.Equal(FastPathError.ConnectionClosed, failure.Error);
    }

    /// <summary>Of a stream that has brought nothing its source is gone; of one that has, the target that it cannot be passed to.</summary>
    [Theory]
    [Trait("Scenario", "A1")]
    [InlineData(0, FastPathError.UpstreamLost)]
    [InlineData(1_000, FastPathError.ConnectionClosed)]
    public async Task A_relay_says_who_is_gone(int bytes, FastPathError expected)
    {
        await using NodeLine line = await NodeLine.StartAsync(3);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[bytes]);
        using StreamHandle handle = await StreamReading.AcceptAsync(line[1]);
        await StreamReading.UntilAsync(() => handle.ReceivedBytes == bytes, "the bytes did not come");
        line[1].Host.Loop.Dispose();
        await using RelayedStream relay = line[1].Relay(handle, [FanOutTarget.ToPeer(line.Right(1))]);
        FastPathException failure = await Assert.ThrowsAsync<FastPathException>(() => relay.CompleteAsync().AsTask().WaitAsync(Limit));
        Assert.Equal(expected, failure.Error);
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task Everything_that_is_asked_of_a_node_that_was_disposed_says_so()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        FastPathPeer peer = line.Right(0);
        await line[0].DisposeAsync();
        Func<Task>[] asked =
        [
            () => line[0].ConnectAsync(line[1].Address).AsTask(),
            () => peer.PingAsync().AsTask(),
            () => peer.SendAsync(new byte[10]).AsTask(),
            () => peer.RequestAsync(new byte[10]).AsTask(),
            () => peer.RequestAsync(new byte[10_000]).AsTask(),
            () => line[0].OpenStreamAsync(line[1].Address).AsTask(),
            () => line[0].SubscribeAsync(ContractInstanceId.Read(new byte[32])).FirstAsync().AsTask(),
        ];
        foreach (Func<Task> ask in asked)
        {
            FastPathException failure = await Assert.ThrowsAsync<FastPathException>(() => ask().WaitAsync(Limit));
            Assert.Equal(FastPathError.ConnectionClosed, failure.Error);
        }
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task What_is_posted_while_another_task_stands_still_waits_for_nobody_and_has_its_turn()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        var loop = line[0].Host.Loop;
        loop.Dispose();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task first = Task.Run(() => loop.Post(_ =>
        {
            begun.SetResult();
            goOn.Task.Wait(Limit);
        }));
        try
        {
            // A token's callback, say, which that task waits for in its turn.
            await begun.Task.WaitAsync(Limit);
            await Task.Run(() => loop.Post(_ => done.SetResult())).WaitAsync(Limit / 2);
        }
        finally
        {
            goOn.SetResult();
        }

        await done.Task.WaitAsync(Limit);
        await first.WaitAsync(Limit);
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_late_task_that_fails_harms_neither_who_posts_it_nor_the_next()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        var loop = line[0].Host.Loop;
        loop.Dispose();
        loop.Post(_ => throw new InvalidOperationException("broken"));
        bool isRun = false;
        loop.Post(_ => isRun = true);
        Assert.True(isRun);
    }
}
