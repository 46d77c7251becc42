using System.Security.Cryptography;
using FastPath.Contracts;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Stores;

namespace FastPath.Tests.Contracts;

public sealed class PayloadProofCacheTests : IDisposable
{
    private readonly MemoryContractStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(ContractForm.Bincode)]
    [InlineData(ContractForm.Archived)]
    public async Task A_proof_is_computed_once_a_form_and_is_that_of_the_payload(ContractForm form)
    {
        ContractInstanceId id = StoreSample(100_000);
        var cache = new PayloadProofCache(Open, new StoreWork());
        for (int turn = 0; turn < 3; turn++)
        {
            using StoredPayload stored = Open(id)!;
            PayloadProof proof = (await cache.GetAsync(stored, form))!;
            var body = stored.Serialize(form);
            byte[] payload = new byte[body.Length];
            body.Read(0, payload);
            byte[] digest = new byte[Blake3Hasher.DigestBytes];
            Blake3Hasher.Hash(payload, digest);
            Assert.Equal(digest, proof.Digest.ToArray());
            Assert.Equal(payload.Length, proof.Outboard!.Value.Layout.PayloadBytes);
        }

        Assert.Equal(1, cache.Computed);
    }

    [Fact]
    public async Task What_was_unused_for_longest_goes_first_and_a_replaced_state_is_another_payload()
    {
        ContractInstanceId first = StoreSample(50_000);
        ContractInstanceId second = StoreSample(60_000);
        var cache = new PayloadProofCache(Open, new StoreWork(), bytesMax: 2_000);
        await AskAsync(cache, first);
        await AskAsync(cache, second);
        await AskAsync(cache, first);
        Assert.Equal(2, cache.Computed);
        await AskAsync(cache, StoreSample(70_000));
        Assert.InRange(cache.Bytes, 1, 2_000);
        await AskAsync(cache, first);
        Assert.Equal(3, cache.Computed);
        await AskAsync(cache, second);
        Assert.Equal(4, cache.Computed);
        Assert.Equal(first, StoreSample(50_000, state: 5));
        await AskAsync(cache, first);
        Assert.Equal(5, cache.Computed);
    }

    [Fact]
    public async Task A_payload_that_is_too_long_to_wait_for_is_proven_from_its_next_request_on()
    {
        ContractInstanceId id = StoreSample(200_000);
        int reopened = 0;
        using var asked = new ManualResetEventSlim();
        var cache = new PayloadProofCache(
            wanted =>
            {
                // Else it may be proven before the first one has looked.
                asked.Wait(TimeSpan.FromSeconds(30));
                Interlocked.Increment(ref reopened);
                return Open(wanted);
            },
            new StoreWork(),
            waitBytesMax: 100_000);
        Assert.Null(await AskAsync(cache, id));
        asked.Set();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        PayloadProof? proof;
        while ((proof = await AskAsync(cache, id)) is null)
        {
            Assert.False(limit.IsCancellationRequested);
            await Task.Delay(5);
        }

        Assert.NotNull(proof.Outboard);
        Assert.Equal((1, 1L), (reopened, cache.Computed));
    }

    [Fact]
    public async Task One_that_fails_is_forgotten_and_tried_again()
    {
        ContractInstanceId id = StoreSample(200_000);
        bool isGone = true;
        var cache = new PayloadProofCache(wanted => isGone ? null : Open(wanted), new StoreWork(), waitBytesMax: 0);
        Assert.Null(await AskAsync(cache, id));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (cache.Computed < 2)
        {
            Assert.False(limit.IsCancellationRequested);
            Assert.Null(await AskAsync(cache, id));
            await Task.Delay(5);
        }

        isGone = false;
        while (await AskAsync(cache, id) is null)
        {
            Assert.False(limit.IsCancellationRequested);
            await Task.Delay(5);
        }
    }

    /// <summary>The store belongs to the host again when the node has ended.</summary>
    [Fact]
    public async Task A_node_that_ends_gives_up_a_proof_that_is_being_computed_and_waits_for_it()
    {
        ContractInstanceId id = StoreSample(200_000);
        using var isOpen = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        var work = new StoreWork();
        var cache = new PayloadProofCache(
            wanted =>
            {
                entered.SetResult();
                isOpen.Wait(TimeSpan.FromSeconds(30));
                return Open(wanted);
            },
            work,
            waitBytesMax: 0);
        Assert.Null(await AskAsync(cache, id));
        await entered.Task;
        Task end = work.EndAsync();
        Assert.False(end.IsCompleted);
        isOpen.Set();
        await end.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, cache.Bytes);
    }

    private async Task<PayloadProof?> AskAsync(PayloadProofCache cache, ContractInstanceId id)
    {
        using StoredPayload stored = Open(id)!;
        return await cache.GetAsync(stored, ContractForm.Bincode);
    }

    private StoredPayload? Open(ContractInstanceId id) => _store.TryOpen(id) is { } entry ? new StoredPayload(entry) : null;

    private ContractInstanceId StoreSample(int length, byte state = 1)
    {
        byte[] code = new byte[length];
        SHA256.HashData(BitConverter.GetBytes(length), code);
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(code), new MemoryBody(new byte[] { 3 }));
        using IContractWriter writer = _store.BeginWrite(contract.Key);
        writer.SetParameters([3]);
        writer.BeginCode(length);
        writer.WriteCode(code);
        writer.BeginState(1);
        writer.WriteState([state]);
        writer.Commit();
        return contract.Key.Instance;
    }
}
