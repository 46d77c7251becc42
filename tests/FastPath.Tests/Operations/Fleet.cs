using System.Net;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Protocol.Operations;
using FastPath.Stores;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Operations;

/// <summary>Sixteen nodes, each with four neighbours or more; a node that returns has its identity, its store and its neighbours.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    public const int Count = 16;

    private static readonly int[] Chords = [1, 5];

    private readonly FastPathNode?[] _nodes = new FastPathNode?[Count];
    private readonly NodeIdentity[] _identities = [.. Enumerable.Range(0, Count).Select(_ => NodeIdentity.Create())];
    private readonly MemoryContractStore[] _stores = [.. Enumerable.Range(0, Count).Select(_ => new MemoryContractStore())];
    private readonly List<FastPathNode> _gone = [];
    private int _changes;

    public int Departures { get; private set; }

    /// <summary>Grows when a node begins to leave and when one is back with all its neighbours: odd while one is away.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>Null while it is away.</summary>
    public FastPathNode? this[int index] => Volatile.Read(ref _nodes[index]);

    public IEnumerable<FastPathNode> Here => _nodes.OfType<FastPathNode>();

    /// <summary>A node that is there keeps it.</summary>
    public bool Keeps(SampleContract sample) => Enumerable.Range(0, Count).Where(i => this[i] is not null).Any(i =>
    {
        using StoredContract? kept = _stores[i].TryOpen(sample.Id);
        return kept is not null;
    });

    public async Task StartAsync()
    {
        for (int i = 0; i < Count; i++)
        {
            _nodes[i] = Start(i);
        }

        for (int i = 0; i < Count; i++)
        {
            foreach (int chord in Chords)
            {
                await ConnectAsync(i, (i + chord) % Count);
            }
        }
    }

    public async Task ReplaceAsync(int index)
    {
        Interlocked.Increment(ref _changes);
        FastPathNode leaving = _nodes[index]!;
        Volatile.Write(ref _nodes[index], null);
        await leaving.DisposeAsync();
        _gone.Add(leaving);
        FastPathNode back = Start(index);
        _nodes[index] = back;
        foreach (int chord in Chords)
        {
            await ConnectAsync(index, (index + chord) % Count);
            await ConnectAsync(index, (index + Count - chord) % Count);
        }

        Departures++;
        Interlocked.Increment(ref _changes);
    }

    /// <summary>Every request that was counted has ended once, and nothing of any is left where nodes still run.</summary>
    public async Task AssertNothingIsLeftAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        foreach (FastPathNode node in Here)
        {
            while (LeftoversOf(node) is { } leftovers)
            {
                Assert.False(limit.IsCancellationRequested, leftovers);
                await Task.Delay(20);
            }
        }

        foreach (FastPathNode node in Here.Concat(_gone))
        {
            foreach (OperationCounters counters in (OperationCounters[])[node.Core.Gets.Counters, node.Core.Puts.Counters])
            {
                Assert.True(counters.Active >= 0, $"{-counters.Active} ends too many of {counters.Started}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (FastPathNode node in Here)
        {
            await node.DisposeAsync();
        }

        Array.ForEach(_stores, store => store.Dispose());
    }

    private static string? LeftoversOf(FastPathNode node)
    {
        var core = node.Core;
        bool isClean = core.Gets.Count + core.Puts.Count == 0
            && core.Gets.Counters.Active + core.Puts.Counters.Active == 0
            && core.Endpoint.Pool is { RentedBytes: 0, ReservedBytes: 0 };
        return isClean ? null : $"{core.Gets.Count} gets, {core.Puts.Count} puts, {core.Gets.Counters.Active} and {core.Puts.Counters.Active} active, "
            + $"{core.Endpoint.Pool.RentedBytes} bytes rented, {core.Endpoint.Pool.ReservedBytes} reserved";
    }

    private FastPathNode Start(int i) => FastPathNode.Start(
        _identities[i], new IPEndPoint(IPAddress.Loopback, 0), new FastPathOptions { Store = _stores[i], HopsToLive = 8 });

    private async Task ConnectAsync(int from, int to)
    {
        FastPathPeer peer = await _nodes[from]!.ConnectAsync(_nodes[to]!.Address);
        await peer.PingAsync();
    }
}
