using FastPath.Contracts;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Sockets.Impairment;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Tests.Stores;
using FastPath.Tests.Streams;

namespace FastPath.Tests.Rollout;

/// <summary>Streams beside whole messages: compared, counted, and harmless whatever they do.</summary>
public sealed class ShadowTests
{
    private const int Operations = 1_000;
    private const int Keys = 100;

    [Fact]
    [Trait("Scenario", "V5")]
    public async Task A_thousand_puts_and_gets_under_loss_are_compared_without_a_difference()
    {
        (long puts, long gets, FastPathNode[] nodes) = await RunAsync(Operations, fault: null);
        try
        {
            Assert.Equal(Operations, puts + gets);
            Assert.Equal(0, nodes.Sum(n => n.Host.Shadows.Counters.Different));
            Assert.Equal(0, nodes.Sum(n => n.Host.Shadows.Counters.Failed + n.Host.Shadows.Counters.Skipped));

            // Every payload that was sent was compared: each has crossed one link.
            Assert.Equal(Operations, nodes.Sum(n => n.Host.Shadows.Counters.Same));
            Assert.True(nodes.Sum(n => n.Host.Shadows.Counters.WholeMicroseconds) > 0);
            Assert.Equal(0, nodes.Sum(n => n.Core.Gets.CutThrough + n.Core.Puts.CutThrough));
        }
        finally
        {
            await StopAsync(nodes);
        }
    }

    [Fact]
    [Trait("Scenario", "V5")]
    public async Task Every_harm_done_to_the_streaming_path_is_reported_and_callers_see_good_results_only()
    {
        const int Harmed = Operations;
        var log = new RecordedLog();
        (long puts, long gets, FastPathNode[] nodes) = await RunAsync(Harmed, (offset, bytes) => Flip(offset, bytes, at: 40_000), log);
        try
        {
            Assert.Equal(Harmed, puts + gets);
            Assert.Equal(Harmed, nodes.Sum(n => n.Host.Shadows.Counters.Different));

            // Each report says which operation it was, and in which of its segments the first difference is.
            string[] reports = [.. log.Errors];
            Assert.Equal(Harmed, reports.Length);
            Assert.Equal((Harmed / 2, Harmed / 2), (reports.Count(r => r.StartsWith("PUT of", StringComparison.Ordinal)), reports.Count(r => r.StartsWith("GET of", StringComparison.Ordinal))));
            Assert.All(reports, report => Assert.Matches("first difference is at byte (3[0-9]{4}|40000) ", report));
            Assert.Equal(0, nodes.Sum(n => n.Host.Shadows.Counters.Same));
        }
        finally
        {
            await StopAsync(nodes);
        }
    }

    [Fact]
    [Trait("Scenario", "V5")]
    public async Task A_comparison_that_throws_every_time_leaves_every_transfer_unharmed()
    {
        const int Thrown = 20;
        (long puts, long gets, FastPathNode[] nodes) = await RunAsync(Thrown, (_, _) => throw new InvalidOperationException("harm"));
        try
        {
            Assert.Equal(Thrown, puts + gets);
            Assert.Equal(0, nodes.Sum(n => n.Host.Shadows.Counters.Same + n.Host.Shadows.Counters.Different));
        }
        finally
        {
            await StopAsync(nodes);
        }
    }

    [Theory]
    [Trait("Scenario", "V5")]
    [InlineData(FastPathStreaming.Off)]
    [InlineData(FastPathStreaming.Shadow)]
    public async Task What_callers_and_stores_get_is_the_same_with_copies_as_without(FastPathStreaming stage)
    {
        // 0 - 1 - 2: the one in the middle keeps nothing, and its application takes streams of peers if any come.
        using var first = new MemoryContractStore();
        using var last = new MemoryContractStore();
        int offers = 0;
        await using NodeLine line = await NodeLine.StartAsync(3, i => new FastPathOptions
        {
            Store = i == 0 ? first : i == 2 ? last : null,
            Cache = false,
            Streaming = stage,
            OfferBytesMin = 0,
            OfferHandler = (_, _) =>
            {
                Interlocked.Increment(ref offers);
                return ValueTask.FromResult(OfferAnswer.Declined);
            },
        });
        var accepted = new List<StreamHandle>();
        using var stop = new CancellationTokenSource();
        Task[] applications = [.. line.Nodes.Select(node => AcceptAllAsync(node, accepted, stop.Token))];
        for (int i = 0; i < 5; i++)
        {
            SampleContract sample = SampleContract.Create(i, 90_000, 100);
            sample.StoreIn(last);
            GetReport got = await line[0].GetAsync(sample.Id);
            Assert.Equal((0, 0L), (got.Retries, got.Restarts));
            sample.AssertIsIn(first);
            SampleContract put = SampleContract.Create(100 + i, 90_000, 100);
            ContractContainer contract = ContractContainer.FromCode(new MemoryBody(put.Code), new MemoryBody(put.Parameters));
            await line[1].PutAsync(line.Right(1), contract, new WrappedState(new MemoryBody(put.State!)));
            put.AssertIsIn(last);
        }

        await StreamReading.UntilAsync(() => line.Nodes.All(n => n.Host.Shadows.Counters.Active == 0), "a copy was not compared");

        // Ten payloads, of which five go over two links: a copy for each link, which ends there.
        Assert.Equal(stage == FastPathStreaming.Shadow ? 15 : 0, line.Nodes.Sum(n => n.Host.Shadows.Counters.Same));
        Assert.Equal(0, line.Nodes.Sum(n => n.Host.Shadows.Counters.Different + n.Host.Shadows.Counters.Failed));
        Assert.Equal((5L, 5L, 0L), (line[0].Core.Gets.Counters.Started, line[0].Core.Gets.Counters.Completed, line[0].Core.Puts.Counters.Started));
        Assert.Equal((0L, 5L, 5L), (line[1].Core.Gets.Counters.Started, line[1].Core.Puts.Counters.Started, line[1].Core.Puts.Counters.Completed));
        Assert.Equal((0L, 0L), (line[2].Core.Gets.Counters.Started, line[2].Core.Puts.Counters.Started));
        Assert.Equal((5, 10), (first.Enumerate().Count(), last.Enumerate().Count()));
        await line.AssertBaselineAsync();
        await stop.CancelAsync();
        await Task.WhenAll(applications);
        Assert.Empty(accepted);
        Assert.Equal(0, offers);
    }

    private static async Task AcceptAllAsync(FastPathNode node, List<StreamHandle> accepted, CancellationToken stop)
    {
        try
        {
            await foreach (StreamHandle stream in node.AcceptStreamsAsync(stop))
            {
                lock (accepted)
                {
                    accepted.Add(stream);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static void Flip(long offset, Span<byte> bytes, long at)
    {
        if (at >= offset && at < offset + bytes.Length)
        {
            bytes[(int)(at - offset)] ^= 1;
        }
    }

    /// <summary>
    /// Puts from one node to the other and gets back into a third one, each of more than the threshold; every answer is compared
    /// with what was put. Ends when every comparison has.
    /// </summary>
    private static async Task<(long Puts, long Gets, FastPathNode[] Nodes)> RunAsync(
        int operations, Action<long, Span<byte>>? fault, RecordedLog? log = null)
    {
        var samples = Enumerable.Range(0, Keys).Select(i => SampleContract.Create(i, 70_000, 100)).ToArray();
        var store = new MemoryContractStore();
        FastPathNode[] nodes = [.. Enumerable.Range(0, 2).Select(i => FastPathNode.Start(
            Identities.NodeIdentity.Create(),
            new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0),
            new FastPathOptions
            {
                Store = i == 1 ? store : null,
                IsClient = i == 0,
                Streaming = FastPathStreaming.Shadow,
                Impairment = new ImpairmentSettings { Loss = 0.02, Seed = (ulong)i + 1 },
                OfferBytesMin = long.MaxValue,
                ShadowFault = fault,
                LoggerFactory = log,
            }))];
        FastPathPeer peer = await nodes[0].ConnectAsync(nodes[1].Address);
        long puts = 0;
        long gets = 0;
        for (int i = 0; i < operations; i++)
        {
            SampleContract sample = samples[i / 2 % Keys];
            if (i % 2 == 0)
            {
                ContractContainer contract = ContractContainer.FromCode(new MemoryBody(sample.Code), new MemoryBody(sample.Parameters));
                await nodes[0].PutAsync(peer, contract, new WrappedState(new MemoryBody(sample.State!)));
                sample.AssertIsIn(store);
                puts++;
            }
            else
            {
                using var fetched = new MemoryContractStore();
                await nodes[0].GetAsync(sample.Id, fetched.BeginWrite);
                sample.AssertIsIn(fetched);
                gets++;
            }
        }

        await StreamReading.UntilAsync(() => nodes.All(n => n.Host.Shadows.Counters.Active == 0), "a copy was not compared");

        return (puts, gets, nodes);
    }

    private static async Task StopAsync(FastPathNode[] nodes)
    {
        foreach (FastPathNode node in nodes)
        {
            await node.DisposeAsync();
        }
    }
}
