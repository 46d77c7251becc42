using System.Collections.Concurrent;
using System.Net;
using FastPath.Contracts;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Operations;

/// <summary>Mixed operations on real nodes on loopback, some of which leave and return.</summary>
public sealed class NodeChurnTests
{
    private const int NodeCount = 16;
    private const int KeyCount = 50;
    private const string OperationsVariable = "FASTPATH_CHURN_OPERATIONS";

    [Fact]
    [Trait("Scenario", "P5")]
    public async Task Operations_on_16_nodes_that_come_and_go_each_end_well_or_in_one_typed_failure()
    {
        int operations = int.TryParse(Environment.GetEnvironmentVariable(OperationsVariable), out int wanted) ? wanted : 500;
        await using var fleet = new Fleet();
        await fleet.StartAsync();
        var random = new Random(1);
        SampleContract[] samples = [.. Enumerable.Range(0, KeyCount)
            .Select(i => SampleContract.Create(i, i % 10 == 0 ? 90_000 : 2_000, 50, parametersLength: 8))];
        var ends = new ConcurrentBag<FastPathError?>();
        List<Task> underWay = [];
        for (int i = 0; i < operations; i++)
        {
            if (i % 40 == 39)
            {
                await Task.WhenAll(underWay);
                underWay.Clear();
                await fleet.ReplaceAsync(random.Next(NodeCount));
            }

            FastPathNode node = fleet[random.Next(NodeCount)];
            SampleContract sample = samples[random.Next(KeyCount)];
            underWay.Add(random.Next(10) < 6 ? GetAsync(node, sample, ends) : PutAsync(node, sample, (ulong)i, ends));
            if (underWay.Count >= 4)
            {
                Task ended = await Task.WhenAny(underWay);
                underWay.Remove(ended);
                await ended;
            }
        }

        await Task.WhenAll(underWay);
        Assert.Equal(operations, ends.Count);
        Assert.All(ends, end => Assert.True(end is null or FastPathError.NotFound or FastPathError.Unavailable, $"{end}"));
        Assert.True(ends.Count(end => end is null) > operations / 2);

        // Quiet again: what somebody keeps everybody finds.
        foreach (SampleContract sample in samples.Where(fleet.Keeps))
        {
            using var fetched = new MemoryContractStore();
            await fleet[random.Next(NodeCount)].GetAsync(sample.Id, fetched.BeginWrite);
            using StoredContract got = fetched.TryOpen(sample.Id)!;
            Assert.Equal(sample.Code, SampleContract.ReadAll(got.Code));
        }
    }

    private static async Task GetAsync(FastPathNode node, SampleContract sample, ConcurrentBag<FastPathError?> ends)
    {
        using var fetched = new MemoryContractStore();
        try
        {
            await node.GetAsync(sample.Id, fetched.BeginWrite);
            using StoredContract got = fetched.TryOpen(sample.Id)!;
            Assert.Equal(sample.Code, SampleContract.ReadAll(got.Code));
            ends.Add(null);
        }
        catch (FastPathException e)
        {
            ends.Add(e.Error);
        }
    }

    private static async Task PutAsync(FastPathNode node, SampleContract sample, ulong version, ConcurrentBag<FastPathError?> ends)
    {
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(sample.Code), new MemoryBody(sample.Parameters));
        var state = new WrappedState(new MemoryBody(BitConverter.GetBytes(version)));
        try
        {
            await node.PutAsync(contract, state, new OperationOptions { StateVersion = version });
            ends.Add(null);
        }
        catch (FastPathException e)
        {
            ends.Add(e.Error);
        }
    }

    /// <summary>Sixteen nodes, each with four neighbours or more; a node that returns has its identity, its store and its neighbours.</summary>
    private sealed class Fleet : IAsyncDisposable
    {
        private static readonly int[] Chords = [1, 5];

        private readonly FastPathNode[] _nodes = new FastPathNode[NodeCount];
        private readonly NodeIdentity[] _identities = [.. Enumerable.Range(0, NodeCount).Select(_ => NodeIdentity.Create())];
        private readonly MemoryContractStore[] _stores = [.. Enumerable.Range(0, NodeCount).Select(_ => new MemoryContractStore())];

        public FastPathNode this[int index] => _nodes[index];

        public bool Keeps(SampleContract sample) => _stores.Any(store =>
        {
            using StoredContract? kept = store.TryOpen(sample.Id);
            return kept is not null;
        });

        public async Task StartAsync()
        {
            for (int i = 0; i < NodeCount; i++)
            {
                _nodes[i] = Start(i);
            }

            for (int i = 0; i < NodeCount; i++)
            {
                foreach (int chord in Chords)
                {
                    await ConnectAsync(i, (i + chord) % NodeCount);
                }
            }
        }

        public async Task ReplaceAsync(int index)
        {
            await _nodes[index].DisposeAsync();
            _nodes[index] = Start(index);
            foreach (int chord in Chords)
            {
                await ConnectAsync(index, (index + chord) % NodeCount);
                await ConnectAsync(index, (index + NodeCount - chord) % NodeCount);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (FastPathNode node in _nodes)
            {
                await node.DisposeAsync();
            }
        }

        private FastPathNode Start(int i) => FastPathNode.Start(
            _identities[i], new IPEndPoint(IPAddress.Loopback, 0), new FastPathOptions { Store = _stores[i], HopsToLive = 8 });

        private async Task ConnectAsync(int from, int to)
        {
            FastPathPeer peer = await _nodes[from].ConnectAsync(_nodes[to].Address);
            await peer.PingAsync();
        }
    }
}
