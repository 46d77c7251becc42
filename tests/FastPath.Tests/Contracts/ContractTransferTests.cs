using System.Security.Cryptography;
using FastPath.Contracts;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Tests.Streams;

namespace FastPath.Tests.Contracts;

/// <summary>Contracts over real sockets: put, fetched through relays, kept on the way, refused when they are not what they claim.</summary>
public sealed class ContractTransferTests
{
    private static readonly byte[] Code = RandomNumberGenerator.GetBytes(900_000);
    private static readonly byte[] State = RandomNumberGenerator.GetBytes(100_000);

    private static ContractContainer Contract => ContractContainer.FromCode(
        new MemoryBody(Code), new MemoryBody(new byte[] { 1, 2, 3 }));

    [Theory]
    [InlineData(true, ContractForm.Bincode)]
    [InlineData(false, ContractForm.Bincode)]
    [InlineData(true, ContractForm.Archived)]
    [InlineData(false, ContractForm.Archived)]
    public async Task A_contract_put_at_one_end_is_fetched_at_the_other(bool piped, ContractForm form)
    {
        var stores = Enumerable.Range(0, 4).Select(_ => new MemoryContractStore()).ToList();
        await using NodeLine line = await NodeLine.StartAsync(
            4,
            i => new FastPathOptions { Store = stores[i], PipedForwarding = piped, Cache = i == 1, ContractForm = form });
        PutReport put = await line[1].PutAsync(line.Right(1), Contract, new WrappedState(new MemoryBody(State)));
        Assert.Equal(Contract.Key, put.Key);
        AssertStored(stores[2]);
        GetReport get = await line[3].GetAsync(Contract.Key.Instance);
        Assert.Equal(Contract.Key, get.Key);
        AssertStored(stores[3]);

        // Over two hops; only node 1 keeps what passes.
        stores[3].Remove(Contract.Key.Instance);
        GetReport far = await line[0].GetAsync(Contract.Key.Instance);
        AssertStored(stores[0]);
        Assert.True(far.Bytes > Code.Length + State.Length);
        if (piped)
        {
            await StreamReading.UntilAsync(() => stores[1].Enumerate().Any(), "nothing was cached");
            AssertStored(stores[1]);
        }

        Assert.Equal(piped ? 1 : 0, line[1].Core.Gets.CutThrough);
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task What_nobody_has_is_not_found()
    {
        await using NodeLine line = await NodeLine.StartAsync(3, _ => new FastPathOptions { Store = new MemoryContractStore() });
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(async () => await line[0].GetAsync(Contract.Key.Instance));
        Assert.Equal(FastPathError.NotFound, error.Error);
    }

    [Fact]
    public async Task A_contract_that_is_not_what_its_key_says_is_refused_and_leaves_nothing()
    {
        using var store = new MemoryContractStore();
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions { Store = i == 1 ? store : null });
        byte[] other = [.. Code];
        other[12_345] ^= 1;
        ContractContainer forged = Contract with { Code = Contract.Code with { Data = new MemoryBody(other) } };
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            async () => await line[0].PutAsync(line.Right(0), forged, new WrappedState(new MemoryBody(State))));
        Assert.Equal(FastPathError.Corrupt, error.Error);
        Assert.Empty(store.Enumerate());
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_node_without_a_store_refuses_a_put()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            async () => await line[0].PutAsync(line.Right(0), Contract, new WrappedState(MemoryBody.Empty)));
        Assert.Equal(FastPathError.Refused, error.Error);
    }

    [Fact]
    public async Task A_cancelled_get_ends_everywhere()
    {
        var stores = Enumerable.Range(0, 3).Select(_ => new MemoryContractStore()).ToList();
        await using NodeLine line = await NodeLine.StartAsync(3, i => new FastPathOptions { Store = stores[i] });
        await line[1].PutAsync(line.Right(1), Contract, new WrappedState(new MemoryBody(State)));
        using var cancel = new CancellationTokenSource();
        using var writer = new StallingWriter(Contract.Key);
        Task<GetReport> get = line[0].GetAsync(Contract.Key.Instance, _ => writer, cancel.Token).AsTask();
        await writer.Reached.WaitAsync(StreamReading.Patience);
        await cancel.CancelAsync();
        writer.GoOn();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        await line.AssertBaselineAsync();
        await StreamReading.UntilAsync(() => line.Nodes.All(node => node.Core.Gets.Count == 0), "a request has not ended");
        Assert.Empty(stores[1].Enumerate());
    }

    private static void AssertStored(MemoryContractStore store)
    {
        using StoredContract entry = store.TryOpen(Contract.Key.Instance)!;
        Assert.NotNull(entry);
        AssertEqual(Code, entry.Code);
        AssertEqual(State, entry.State!);
    }

    private static void AssertEqual(byte[] expected, IBody body)
    {
        byte[] bytes = new byte[body.Length];
        body.Read(0, bytes);
        Assert.True(expected.AsSpan().SequenceEqual(bytes));
    }

    /// <summary>Takes the first piece of code and then waits until told to go on.</summary>
    private sealed class StallingWriter(ContractKey key) : IContractWriter
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goOn = new();

        public Task Reached => _reached.Task;

        public ContractKey Key => key;

        public void GoOn() => _goOn.Set();

        public void SetParameters(ReadOnlySpan<byte> parameters)
        {
        }

        public void BeginCode(long length)
        {
        }

        public void WriteCode(ReadOnlySpan<byte> bytes) => Stall();

        public void BeginState(long length)
        {
        }

        public void WriteState(ReadOnlySpan<byte> bytes) => Stall();

        public void SetStateVersion(ulong version)
        {
        }

        public VersionedState? Prepare() => throw new InvalidOperationException("a cancelled transfer must not be prepared");

        public void Commit() => throw new InvalidOperationException("a cancelled transfer must not be committed");

        public void Dispose()
        {
        }

        private void Stall()
        {
            _reached.TrySetResult();
            _goOn.Wait();
        }
    }
}
