using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

public sealed class ContinuationTests
{
    private const int PayloadBytes = 2_000_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_goes_on_on_the_loop_s_thread_only_when_asked_to(bool isInline)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { UnsafeInlineContinuations = isInline });
        await using OutgoingStream writer = line.Right(0).OpenStream(default, PayloadBytes);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(new byte[PayloadBytes]);
            await writer.CompleteAsync();
        });
        using StreamHandle reader = await line[1].AcceptStreamsAsync().FirstAsync();
        bool wasOnLoop = false;
        long read = 0;

        // Not on the test's own context, to which it would go back after each wait.
        await Task.Run(async () =>
        {
            while (await reader.ReadAvailableAsync() is { IsEmpty: false } bytes)
            {
                wasOnLoop |= Thread.CurrentThread.Name == "fastpath loop";
                read += bytes.Length;
            }
        });
        Assert.Equal(PayloadBytes, read);
        Assert.Equal(isInline, wasOnLoop);
        await write;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reader_that_blocks_does_not_delay_a_ping(bool sharesThread)
    {
        FastPathLoops? loops = sharesThread ? new FastPathLoops(1) : null;
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { Loops = loops });
        await using OutgoingStream writer = line.Right(0).OpenStream(default, PayloadBytes);
        using var release = new ManualResetEventSlim();
        using var blocked = new SemaphoreSlim(0);
        Task write = Task.Run(async () => await writer.WriteAsync(new byte[PayloadBytes]));
        using StreamHandle reader = await line[1].AcceptStreamsAsync().FirstAsync();
        Task read = Task.Run(async () =>
        {
            await reader.ReadAvailableAsync();
            blocked.Release();
            release.Wait();
        });
        Assert.True(await blocked.WaitAsync(StreamReading.Patience));
        try
        {
            // A ping that waited for the reader would take for ever.
            await line.Right(0).PingAsync().AsTask().WaitAsync(StreamReading.Patience);
            Assert.False(read.IsCompleted);
        }
        finally
        {
            release.Set();
        }

        await read;
        reader.Dispose();
        await Assert.ThrowsAsync<FastPathException>(() => write);
    }
}
