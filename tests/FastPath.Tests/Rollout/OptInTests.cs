using FastPath.Contracts;
using FastPath.Options;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Tests.Stores;
using FastPath.Tests.Streams;

namespace FastPath.Tests.Rollout;

/// <summary>The stage at which operations and peers are opted in, on real nodes: those are streamed, all others go whole.</summary>
public sealed class OptInTests : IDisposable
{
    private static readonly OperationOptions Streamed = new() { Streaming = true };

    private readonly SampleContract _sample = SampleContract.Create(3, 150_000, 1_000);
    private readonly MemoryContractStore[] _stores = [new(), new(), new()];

    public void Dispose() => Array.ForEach(_stores, store => store.Dispose());

    [Fact]
    public async Task An_operation_that_was_opted_in_is_streamed_and_the_next_one_is_not()
    {
        await using NodeLine line = await StartAsync(2, OptIn);
        await PutAsync(line, OperationOptions.Default);
        Assert.Equal((0, 1), Sent(line[0]));
        _stores[1].Remove(_sample.Id);
        await PutAsync(line, Streamed);
        Assert.Equal((1, 1), Sent(line[0]));
        _stores[0].Remove(_sample.Id);
        await line[0].GetAsync(_sample.Id);
        Assert.Equal((0, 1), Sent(line[1]));
        _sample.AssertIsIn(_stores[0]);
        _stores[0].Remove(_sample.Id);
        await line[0].GetAsync(_sample.Id, Streamed);
        Assert.Equal((1, 1), Sent(line[1]));
        _sample.AssertIsIn(_stores[0]);
    }

    [Fact]
    public async Task A_get_that_was_opted_in_passes_relays_as_it_comes_and_another_one_is_gathered()
    {
        await using NodeLine line = await StartAsync(3, OptIn);
        _sample.StoreIn(_stores[2]);
        await line[0].GetAsync(_sample.Id);
        _sample.AssertIsIn(_stores[0]);
        Assert.Equal(0, line[1].Core.Gets.CutThrough);
        _stores[0].Remove(_sample.Id);
        _stores[1].Remove(_sample.Id);
        await line[0].GetAsync(_sample.Id, Streamed);
        _sample.AssertIsIn(_stores[0]);
        Assert.Equal(1, line[1].Core.Gets.CutThrough);
    }

    [Fact]
    public async Task Only_peers_that_were_opted_in_are_streamed_to()
    {
        // 0 - 1 - 2: the one in the middle streams to the last and not to the first.
        await using NodeLine bare = await StartAsync(3, OptIn);
        IReadOnlyCollection<ReadOnlyMemory<byte>> chosen = [bare[2].Address.PublicKey];
        await using FastPathNode sender = FastPathNode.Start(
            Identities.NodeIdentity.Create(),
            new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0),
            OptIn with { StreamingPeers = chosen });
        foreach ((int to, (int, int) expected) in ((int, (int, int))[])[(1, (0, 1)), (2, (1, 1))])
        {
            FastPathPeer peer = await sender.ConnectAsync(bare[to].Address);
            await peer.PingAsync();
            SampleContract sample = SampleContract.Create(10 + to, 150_000, 10);
            await sender.PutAsync(peer, ContractOf(sample), StateOf(sample));
            sample.AssertIsIn(_stores[to]);
            Assert.Equal(expected, Sent(sender));
        }
    }

    [Theory]
    [InlineData(FastPathStreaming.Off, 0)]
    [InlineData(FastPathStreaming.Shadow, 0)]
    [InlineData(FastPathStreaming.OptIn, 1)]
    [InlineData(FastPathStreaming.On, 1)]
    public async Task What_was_opted_in_is_streamed_where_the_stage_allows_it(FastPathStreaming stage, int streams)
    {
        await using NodeLine line = await StartAsync(2, OptIn with { Streaming = stage, OfferBytesMin = long.MaxValue });
        await PutAsync(line, Streamed);
        StreamCounters counters = line[0].Core.Endpoint.StreamCounters;
        long copies = stage == FastPathStreaming.Shadow ? 1 : 0;
        Assert.Equal(copies, line[0].Host.Shadows.Counters.Started);

        // The copy begins beside the operation, which does not wait for it.
        await StreamReading.UntilAsync(() => counters.SendsStarted - counters.SendsWhole >= copies, "the copy is sent");
        Assert.Equal(streams, counters.SendsStarted - counters.SendsWhole - copies);

        // Nor does the end of a node that no answer can reach any more.
        await line[0].DisposeAsync();
        Assert.Equal(0, line[0].Host.Shadows.Counters.Active);
    }

    private static FastPathOptions OptIn => new() { Streaming = FastPathStreaming.OptIn };

    private Task<NodeLine> StartAsync(int count, FastPathOptions options) =>
        NodeLine.StartAsync(count, i => options with { Store = _stores[i] });

    private async Task PutAsync(NodeLine line, OperationOptions options)
    {
        await line[0].PutAsync(line.Right(0), ContractOf(_sample), StateOf(_sample), options);
        _sample.AssertIsIn(_stores[1]);
    }

    private static (long Streams, long Wholes) Sent(FastPathNode node)
    {
        StreamCounters counters = node.Core.Endpoint.StreamCounters;
        return (counters.SendsStarted - counters.SendsWhole, counters.SendsWhole);
    }

    private static ContractContainer ContractOf(SampleContract sample) =>
        ContractContainer.FromCode(new MemoryBody(sample.Code), new MemoryBody(sample.Parameters));

    private static WrappedState StateOf(SampleContract sample) => new(new MemoryBody(sample.State!));
}
