using System.Security.Cryptography;
using FastPath.Options;
using FastPath.Sockets.Impairment;
using FastPath.Streams;
using FastPath.Tests.Streams;

namespace FastPath.Tests.Hosting;

/// <summary>Nodes of a process that share threads.</summary>
public sealed class SharedLoopsTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(3_000_001);

    [Theory]
    [InlineData(FastPathEngine.Auto, 1)]
    [InlineData(FastPathEngine.Auto, 2)]
    [InlineData(FastPathEngine.Saea, 1)]
    [InlineData(FastPathEngine.Auto, 1, true)]
    [InlineData(FastPathEngine.Auto, 1, false, true)]
    [InlineData(FastPathEngine.Saea, 2, false, true)]
    public async Task A_chain_of_nodes_on_shared_threads_passes_streams_on(
        FastPathEngine engine, int threads, bool isInline = false, bool isImpaired = false)
    {
        var loops = new FastPathLoops(threads);
        await using NodeLine line = await NodeLine.StartAsync(4, _ => new FastPathOptions
        {
            Loops = loops,
            Engine = engine,
            UnsafeInlineContinuations = isInline,
            Impairment = isImpaired ? new ImpairmentSettings { Loss = 0.02, Reordering = 0.1 } : null,
        });
        Assert.Equal((threads, 4), (loops.Threads, loops.Nodes));
        Task write = Task.Run(async () =>
        {
            await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: Payload.Length);
            await writer.WriteAsync(Payload);
            await writer.CompleteAsync();
        });
        Task relays = Task.WhenAll(Enumerable.Range(1, 2).Select(i => Task.Run(async () =>
        {
            using StreamHandle passing = await StreamReading.AcceptAsync(line[i]);
            await line[i].RelayToAsync(passing, [line.Right(i)]);
        })));
        byte[] received;
        using (StreamHandle reader = await StreamReading.AcceptAsync(line[3]))
        {
            received = await Task.Run(() => StreamReading.DrainAsync(reader)).WaitAsync(StreamReading.Patience);
        }

        Assert.True(Payload.AsSpan().SequenceEqual(received));
        await relays.WaitAsync(StreamReading.Patience);
        await write.WaitAsync(StreamReading.Patience);
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Nodes_that_end_are_no_longer_counted_and_the_others_go_on()
    {
        var loops = new FastPathLoops(2);
        await using NodeLine line = await NodeLine.StartAsync(3, _ => new FastPathOptions { Loops = loops });
        await line[2].DisposeAsync();
        Assert.Equal(2, loops.Nodes);
        await line.Right(0).PingAsync();
        await using (NodeLine others = await NodeLine.StartAsync(3, _ => new FastPathOptions { Loops = loops }))
        {
            Assert.Equal(5, loops.Nodes);
            await others.Right(1).PingAsync();
        }

        Assert.Equal(2, loops.Nodes);
        await line.Right(0).PingAsync();
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FastPathLoops(0));
        Assert.Equal(3, new FastPathLoops(3).Threads);
        var options = new FastPathOptions { BusyPolling = true, Loops = new FastPathLoops(1) };
        Assert.Equal(nameof(FastPathOptions.BusyPolling), Assert.Throws<ArgumentException>(options.Validate).ParamName);
    }
}
