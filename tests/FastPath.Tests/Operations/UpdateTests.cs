using System.Security.Cryptography;
using FastPath.Contracts;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Operations;

/// <summary>Updates over real sockets: applied where the contract is kept, and told to those who follow it.</summary>
public sealed class UpdateTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(700_000)]
    public async Task An_update_is_applied_where_the_contract_is_kept_and_read_once_by_who_follows_it(int size)
    {
        var stores = Enumerable.Range(0, 3).Select(_ => new MemoryContractStore()).ToList();
        await using NodeLine line = await NodeLine.StartAsync(3, i => new FastPathOptions { Store = stores[i] });
        ContractContainer contract = ContractContainer.FromCode(
            new MemoryBody(RandomNumberGenerator.GetBytes(1_000)), new MemoryBody(new byte[] { 1 }));
        await line[0].PutAsync(
            contract, new WrappedState(new MemoryBody(new byte[] { 1 })), new OperationOptions { StateVersion = 1 });

        // The middle one is a neighbour of both: its updates pass wherever the key belongs.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using IAsyncEnumerator<ContractUpdate> updates =
            line[1].SubscribeAsync(contract.Key.Instance, limit.Token).GetAsyncEnumerator(limit.Token);
        ValueTask<bool> first = updates.MoveNextAsync();
        byte[] state = RandomNumberGenerator.GetBytes(size);
        UpdateReport report = await line[0].UpdateAsync(
            contract.Key.Instance, new UpdateData(new State(new MemoryBody(state)), null), version: 2);
        Assert.True(await first);
        Assert.Equal((contract.Key.Instance, report.UpdateId, 2UL), (updates.Current.Instance, updates.Current.UpdateId, updates.Current.Version));
        Assert.Equal(state, SampleContract.ReadAll(updates.Current.Data.State!.Bytes));
        using (StoredContract kept = stores[0].TryOpen(contract.Key.Instance)!)
        {
            Assert.Equal(2UL, kept.StateVersion);
            Assert.Equal(state, SampleContract.ReadAll(kept.State!));
        }

        // The next one is the next that is read: none came twice.
        await line[0].UpdateAsync(contract.Key.Instance, new UpdateData(new State(new MemoryBody(new byte[] { 3 })), null), version: 3);
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal(3UL, updates.Current.Version);
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_delta_without_rules_and_an_update_of_nothing_fail_by_their_type()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { Store = new MemoryContractStore() });
        ContractContainer contract = ContractContainer.FromCode(
            new MemoryBody(RandomNumberGenerator.GetBytes(1_000)), new MemoryBody(new byte[] { 1 }));
        var delta = new UpdateData(null, new StateDelta(new MemoryBody(new byte[] { 5 })));
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            async () => await line[0].UpdateAsync(contract.Key.Instance, delta, 2));
        Assert.Equal(FastPathError.NotFound, error.Error);
        await line[1].PutAsync(contract, new WrappedState(new MemoryBody(new byte[] { 1 })));
        error = await Assert.ThrowsAsync<FastPathException>(
            async () => await line[0].UpdateAsync(contract.Key.Instance, delta, 2));
        Assert.Equal(FastPathError.DeltaRefused, error.Error);
    }

    [Fact]
    public async Task A_routed_put_is_kept_at_every_node_on_its_way()
    {
        var stores = Enumerable.Range(0, 2).Select(_ => new MemoryContractStore()).ToList();
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions { Store = stores[i] });
        SampleContract sample = SampleContract.Create(3, 400_000, 2_000);
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(sample.Code), new MemoryBody(sample.Parameters));
        PutReport put = await line[0].PutAsync(
            contract, new WrappedState(new MemoryBody(sample.State!)), new OperationOptions { StateVersion = 4 });
        Assert.False(put.WasHeld);
        Assert.All(stores, sample.AssertIsIn);
        Assert.All(stores, store => Assert.Equal(4UL, store.TryOpen(sample.Id)!.StateVersion));

        // Again: nothing but the offer moves (scenario P9).
        PutReport again = await line[0].PutAsync(
            contract, new WrappedState(new MemoryBody(sample.State!)), new OperationOptions { StateVersion = 4 });
        Assert.Equal((true, 0L), (again.WasHeld, again.PayloadBytesSent));
    }
}
