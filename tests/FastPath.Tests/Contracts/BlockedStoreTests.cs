using System.Security.Cryptography;
using FastPath.Contracts;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Tests.Contracts;

/// <summary>A write to a store that does not return holds up nobody but whoever it is for.</summary>
public sealed class BlockedStoreTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly byte[] Code = RandomNumberGenerator.GetBytes(9_000_000);
    private static readonly byte[] State = RandomNumberGenerator.GetBytes(1_000_000);

    private static ContractContainer Contract => ContractContainer.FromCode(new MemoryBody(Code), new MemoryBody(new byte[] { 1 }));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_that_is_blocked_in_its_store_is_left_behind_and_what_it_looks_at_stays_its_own(bool verifiesGroups)
    {
        MemoryContractStore[] stores = [new(), new(), new()];
        await using NodeLine line = await NodeLine.StartAsync(3, i => new FastPathOptions
        {
            Store = stores[i],
            Cache = false,
            VerifiedGroups = verifiesGroups,
            LaggardTimeout = TimeSpan.FromMilliseconds(100),
        });
        StoreIn(stores[2]);
        using var gate = new Gate();
        Task<GetReport> blocked = line[1].GetAsync(
            Contract.Key.Instance, key => new BlockingWriter(stores[1].BeginWrite(key), gate)).AsTask();
        await gate.Entered.WaitAsync(Limit);

        // It joins the transfer, whose first byte the blocked one still holds.
        await line[0].GetAsync(Contract.Key.Instance).AsTask().WaitAsync(Limit);
        Assert.True(IsStoredIn(stores[0]));
        Assert.Equal(1, line[1].Core.Gets.Collapsed);
        Assert.False(blocked.IsCompleted);
        var pool = line[1].Core.Endpoint.Pool;
        await EventuallyAsync(() => (pool.RentedBytes, pool.ReservedBytes) == (pool.BlockBytes, pool.BlockBytes));

        // What it holds is nobody else's, whatever comes meanwhile: the digest of the whole would tell.
        stores[0].Remove(Contract.Key.Instance);
        await line[0].GetAsync(Contract.Key.Instance).AsTask().WaitAsync(Limit);
        gate.Open();

        // Its next read has failed as too slow, so it has gone on where it was, with a transfer of its own; inside the first
        // group that is the beginning.
        GetReport report = await blocked.WaitAsync(Limit);
        Assert.Equal((1, verifiesGroups ? 1 : 0), (report.Retries, report.Restarts));
        Assert.True(IsStoredIn(stores[1]));
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_cache_that_is_blocked_is_left_behind()
    {
        using var gate = new Gate();
        using var cache = new BlockingStore(gate);
        MemoryContractStore[] stores = [new(), new(), new()];
        await using NodeLine line = await StartAsync(stores, cache);
        await line[0].GetAsync(Contract.Key.Instance).AsTask().WaitAsync(Limit);
        Assert.True(IsStoredIn(stores[0]));
        await gate.Entered.WaitAsync(Limit);
        gate.Open();
        await line.AssertBaselineAsync();
        Assert.Empty(cache.Enumerate());
    }

    /// <summary>A host that ends its node may close its store, and take its folder away.</summary>
    [Fact]
    public async Task A_node_that_has_ended_uses_its_store_no_more()
    {
        using var gate = new Gate();
        using var cache = new BlockingStore(gate);
        MemoryContractStore[] stores = [new(), new(), new()];
        await using NodeLine line = await StartAsync(stores, cache);
        Task<GetReport> get = line[0].GetAsync(Contract.Key.Instance).AsTask();
        await gate.Entered.WaitAsync(Limit);

        // A node that waits for nothing has ended long before this has looked so often.
        int looks = 0;
        Task end = line[1].DisposeAsync().AsTask();
        await EventuallyAsync(() => end.IsCompleted || ++looks == 40);
        Assert.False(end.IsCompleted);
        gate.Open();
        await end;
        Assert.Equal(0, cache.InUse);
        await Record.ExceptionAsync(() => get).WaitAsync(Limit);
    }

    /// <summary>The last one has the contract; the one between keeps what passes.</summary>
    private static Task<NodeLine> StartAsync(MemoryContractStore[] stores, BlockingStore cache)
    {
        StoreIn(stores[2]);
        return NodeLine.StartAsync(3, i => new FastPathOptions
        {
            Store = i == 1 ? cache : stores[i],
            Cache = i == 1,
            LaggardTimeout = TimeSpan.FromMilliseconds(100),
        });
    }

    private static bool IsStoredIn(MemoryContractStore store)
    {
        using StoredContract? entry = store.TryOpen(Contract.Key.Instance);
        byte[] code = new byte[Code.Length];
        entry?.Code.Read(0, code);
        return entry is not null && code.AsSpan().SequenceEqual(Code);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested);
            await Task.Delay(5);
        }
    }

    private static void StoreIn(MemoryContractStore store)
    {
        using IContractWriter writer = store.BeginWrite(Contract.Key);
        writer.SetParameters([1]);
        writer.BeginCode(Code.Length);
        writer.WriteCode(Code);
        writer.BeginState(State.Length);
        writer.WriteState(State);
        writer.Commit();
    }

    /// <summary>Where somebody waits until the test lets it go on.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();

        public Task Entered => _entered.Task;

        public void Pass()
        {
            _entered.TrySetResult();
            _open.Wait();
        }

        public void Open() => _open.Set();

        public void Dispose() => _open.Set();
    }

    private sealed class BlockingStore(Gate gate) : IContractStore
    {
        private readonly MemoryContractStore _inner = new();
        private int _inUse;

        /// <summary>Calls that have not returned.</summary>
        public int InUse => Volatile.Read(ref _inUse);

        public StoredContract? TryOpen(ContractInstanceId id) => _inner.TryOpen(id);

        public IContractWriter BeginWrite(ContractKey key)
        {
            Interlocked.Increment(ref _inUse);
            gate.Pass();
            Interlocked.Decrement(ref _inUse);
            return _inner.BeginWrite(key);
        }

        public bool Remove(ContractInstanceId id) => _inner.Remove(id);

        public IEnumerable<ContractInstanceId> Enumerate() => _inner.Enumerate();

        public ContractStoreUsage MeasureUsage() => _inner.MeasureUsage();

        public void Dispose() => _inner.Dispose();
    }

    private sealed class BlockingWriter(IContractWriter inner, Gate gate) : IContractWriter
    {
        public ContractKey Key => inner.Key;

        public void SetParameters(ReadOnlySpan<byte> parameters) => inner.SetParameters(parameters);

        public void BeginCode(long length) => inner.BeginCode(length);

        public void WriteCode(ReadOnlySpan<byte> bytes) => inner.WriteCode(bytes);

        public void BeginState(long length)
        {
            // The state comes first: this is in the middle of the first part that was read.
            gate.Pass();
            inner.BeginState(length);
        }

        public void WriteState(ReadOnlySpan<byte> bytes) => inner.WriteState(bytes);

        public void SetStateVersion(ulong version) => inner.SetStateVersion(version);

        public VersionedState? Prepare() => inner.Prepare();

        public void Commit() => inner.Commit();

        public void Dispose() => inner.Dispose();
    }
}
