using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Tests.Stores;

/// <summary>The rules that every store keeps.</summary>
public abstract class ContractStoreTests : IDisposable
{
    private protected IContractStore Store { get; private set; } = null!;

    private protected void Use(IContractStore store) => Store = store;

    public virtual void Dispose() => Store.Dispose();

    [Fact]
    public void What_was_stored_is_found_whole()
    {
        foreach (int codeLength in new[] { 0, 1, 1_024, ContractWriter.BlockBytes - 48, ContractWriter.BlockBytes, 1_000_000 })
        {
            foreach (int? stateLength in new int?[] { null, 0, 1, ContractWriter.BlockBytes + 1 })
            {
                SampleContract contract = SampleContract.Create(codeLength, codeLength, stateLength);
                contract.StoreIn(Store);
                contract.AssertIsIn(Store);
            }
        }
    }

    [Fact]
    public void Sections_come_in_any_order_and_in_any_pieces()
    {
        SampleContract contract = SampleContract.Create(1, 600_000, 300_000);
        Action<IContractWriter>[] sections =
        [
            writer => writer.SetParameters(contract.Parameters),
            writer => contract.WriteCode(writer, pieceBytes: 400_001),
            writer => contract.WriteState(writer, pieceBytes: 7_777),
        ];
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        byte[]? digest = null;
        foreach (int[] order in orders)
        {
            using (IContractWriter writer = Store.BeginWrite(contract.Key))
            {
                foreach (int section in order)
                {
                    sections[section](writer);
                }

                writer.Commit();
            }

            contract.AssertIsIn(Store);
            using StoredContract entry = Store.TryOpen(contract.Id)!;
            digest ??= entry.PayloadDigest!.Value.ToArray();
            Assert.Equal(digest, entry.PayloadDigest!.Value.ToArray());
            Assert.Equal(SampleContract.Blake3(contract.State), entry.StateDigest!.Value.ToArray());
        }
    }

    [Fact]
    public void What_is_absent_is_null_and_not_an_error()
    {
        SampleContract contract = SampleContract.Create(1, 100);
        Assert.Null(Store.TryOpen(contract.Id));
        Assert.False(Store.Remove(contract.Id));
        contract.StoreIn(Store);
        using StoredContract? entry = Store.TryOpen(contract.Id);
        Assert.NotNull(entry);
        Assert.Null(entry.State);
        Assert.Null(entry.StateDigest);
    }

    [Fact]
    public void Code_and_parameters_that_never_came_are_empty()
    {
        using (IContractWriter writer = Store.BeginWrite(SampleContract.KeyOf([], [])))
        {
            writer.Commit();
        }

        new SampleContract([], [], State: null).AssertIsIn(Store);
    }

    [Fact]
    public void Nothing_is_visible_before_the_commit_or_after_an_abort()
    {
        SampleContract contract = SampleContract.Create(1, 1_000_000, 10);
        using (IContractWriter writer = Store.BeginWrite(contract.Key))
        {
            contract.Fill(writer);
            Assert.Null(Store.TryOpen(contract.Id));
            Assert.Empty(Store.Enumerate());
        }

        Assert.Null(Store.TryOpen(contract.Id));
        Assert.Equal(default, Store.MeasureUsage());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Content_of_another_key_is_refused_by_name(bool wrongCode, bool wrongParameters)
    {
        SampleContract contract = SampleContract.Create(1, 300_000);
        SampleContract other = SampleContract.Create(2, 300_000);
        using IContractWriter writer = Store.BeginWrite(contract.Key);
        (wrongCode ? other : contract).WriteCode(writer);
        writer.SetParameters(wrongParameters ? other.Parameters : contract.Parameters);
        ContractVerificationException refused = Assert.Throws<ContractVerificationException>(writer.Commit);
        Assert.Equal(!wrongCode, refused.CodeMatches);
        Assert.Equal(!wrongParameters, refused.ParametersMatch);
        Assert.Equal(contract.Key, refused.Key);
        Assert.Null(Store.TryOpen(contract.Id));
        Assert.Throws<InvalidOperationException>(writer.Commit);
    }

    [Fact]
    public void A_failed_commit_leaves_the_old_version()
    {
        SampleContract contract = SampleContract.Create(1, 300_000, 5);
        contract.StoreIn(Store);
        using IContractWriter writer = Store.BeginWrite(contract.Key);
        writer.SetParameters([]);
        Assert.Throws<ContractVerificationException>(writer.Commit);
        contract.AssertIsIn(Store);
    }

    [Fact]
    public void Storing_again_replaces_while_open_entries_keep_their_version()
    {
        SampleContract first = SampleContract.Create(1, 400_000, 70_000);
        SampleContract second = first.WithState(50_000, seed: 9);
        first.StoreIn(Store);
        using StoredContract held = Store.TryOpen(first.Id)!;
        second.StoreIn(Store);
        second.AssertIsIn(Store);
        Assert.True(first.IsIn(held));
        Assert.Single(Store.Enumerate());
        Assert.True(Store.Remove(first.Id));
        Assert.Null(Store.TryOpen(first.Id));
        Assert.True(first.IsIn(held));
        held.Verify();
    }

    [Fact]
    public void Two_writers_of_one_key_both_succeed_and_the_last_commit_wins()
    {
        SampleContract first = SampleContract.Create(1, 300_000, 300_000);
        SampleContract second = first.WithState(200_000, seed: 9);
        using IContractWriter a = Store.BeginWrite(first.Key);
        using IContractWriter b = Store.BeginWrite(first.Key);
        first.Fill(a);
        second.Fill(b);
        b.Commit();
        second.AssertIsIn(Store);
        a.Commit();
        first.AssertIsIn(Store);
    }

    [Fact]
    public async Task Readers_see_one_complete_version_while_writers_race()
    {
        SampleContract[] versions =
            [.. Enumerable.Range(0, 4).Select(i => SampleContract.Create(1, 100_000).WithState(90_000 + i, seed: i))];
        versions[0].StoreIn(Store);
        using var written = new CancellationTokenSource();
        Task writers = Task.WhenAll(versions.Select(version => Task.Run(() =>
        {
            for (int i = 0; i < 10; i++)
            {
                version.StoreIn(Store);
            }
        })));
        Task<int> reader = Task.Run(() =>
        {
            int reads = 0;
            do
            {
                using StoredContract? entry = Store.TryOpen(versions[0].Id);
                Assert.NotNull(entry);
                Assert.Single(versions, version => version.IsIn(entry));
                reads++;
            }
            while (!written.IsCancellationRequested);
            return reads;
        });
        await writers;
        await written.CancelAsync();
        Assert.True(await reader > 0);
    }

    [Fact]
    public void Keys_and_sizes_can_be_walked()
    {
        SampleContract[] contracts = [.. Enumerable.Range(1, 5).Select(i => SampleContract.Create(i, i * 100_000, i))];
        foreach (SampleContract contract in contracts)
        {
            contract.StoreIn(Store);
        }

        Assert.Equal(contracts.Select(c => c.Id.ToString()).Order(), Store.Enumerate().Select(id => id.ToString()).Order());
        ContractStoreUsage usage = Store.MeasureUsage();
        Assert.Equal(5, usage.Contracts);
        Assert.InRange(usage.Bytes, 1_500_000, 1_510_000);
    }

    [Fact]
    public void Misuse_of_a_writer_is_an_argument_or_state_error()
    {
        SampleContract contract = SampleContract.Create(1, 10, 10);
        using IContractWriter writer = Store.BeginWrite(contract.Key);
        Assert.Throws<InvalidOperationException>(() => writer.WriteCode([1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.BeginCode(-1));
        writer.BeginCode(10);
        Assert.Throws<InvalidOperationException>(() => writer.SetParameters(contract.Parameters));
        Assert.Throws<InvalidOperationException>(() => writer.BeginState(10));
        Assert.Throws<InvalidOperationException>(() => writer.WriteState([1]));
        Assert.Throws<InvalidOperationException>(writer.Commit);
        Assert.Throws<ArgumentException>(() => writer.WriteCode(new byte[11]));
        writer.WriteCode(contract.Code);
        Assert.Throws<InvalidOperationException>(() => writer.WriteCode([1]));
        Assert.Throws<InvalidOperationException>(() => writer.BeginCode(10));
        writer.SetParameters(contract.Parameters);
        Assert.Throws<InvalidOperationException>(() => writer.SetParameters(contract.Parameters));
        writer.Commit();
        (contract with { State = null }).AssertIsIn(Store);
        Assert.Throws<InvalidOperationException>(writer.Commit);
        Assert.Throws<InvalidOperationException>(() => writer.BeginState(0));
    }

    [Fact]
    public void A_declared_length_reserves_nothing()
    {
        using IContractWriter writer = Store.BeginWrite(default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        writer.BeginCode(long.MaxValue);
        writer.WriteCode([1, 2, 3]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_024);
    }

    [Fact]
    public void Bodies_are_read_at_any_offset_but_not_past_their_end()
    {
        SampleContract contract = SampleContract.Create(1, 600_000, 10);
        contract.StoreIn(Store);
        using StoredContract entry = Store.TryOpen(contract.Id)!;
        byte[] part = new byte[1_000];
        foreach (int offset in new[] { 0, 1, ContractWriter.BlockBytes - 500, 599_000 })
        {
            entry.Code.Read(offset, part);
            Assert.Equal(contract.Code.AsSpan(offset, part.Length).ToArray(), part);
        }

        IBody code = entry.Code;
        Assert.Throws<ArgumentOutOfRangeException>(() => code.Read(599_001, part));
        Assert.Throws<ArgumentOutOfRangeException>(() => code.Read(-1, part));
        code.Read(600_000, []);
    }

    [Fact]
    public void A_disposed_store_is_closed_for_new_work()
    {
        Store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Store.TryOpen(default(ContractInstanceId)));
        Assert.Throws<ObjectDisposedException>(() => Store.BeginWrite(default));
        Assert.Throws<ObjectDisposedException>(() => Store.Remove(default));
        Assert.Throws<ObjectDisposedException>(() => Store.Enumerate());
        Assert.Throws<ObjectDisposedException>(() => Store.MeasureUsage());
    }
}
