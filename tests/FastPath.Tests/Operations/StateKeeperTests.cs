using FastPath.Contracts;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Operations;

public sealed class StateKeeperTests
{
    private static readonly SampleContract Sample = SampleContract.Create(1, 5_000, 300);

    [Fact]
    public void States_in_any_order_leave_the_one_with_the_highest_version_and_of_two_the_greater_digest()
    {
        (byte[] State, ulong Version)[] states = [([1], 3), ([2], 7), ([3], 7), ([4], 5)];
        byte[] expected = states.Where(s => s.Version == 7)
            .MaxBy(s => Convert.ToHexString(SampleContract.Blake3(s.State))).State;
        foreach ((byte[] State, ulong Version)[] order in Permutations(states))
        {
            using var store = new MemoryContractStore();
            var keeper = new StateKeeper(store, NewestStateMerger.Instance);
            foreach ((byte[] state, ulong version) in order)
            {
                Put(keeper, store, state, version);
            }

            using StoredContract kept = store.TryOpen(Sample.Id)!;
            Assert.Equal(7UL, kept.StateVersion);
            Assert.Equal(expected, SampleContract.ReadAll(kept.State!));
            kept.Verify();
        }
    }

    [Fact]
    public void An_update_of_what_is_not_kept_is_not_found_and_a_delta_is_refused_by_its_type()
    {
        using var store = new MemoryContractStore();
        var keeper = new StateKeeper(store, NewestStateMerger.Instance);
        Assert.Equal(OperationStatus.NotFound, keeper.Apply(Sample.Id, StateOf([9]), 1));
        Put(keeper, store, [1], 1);
        Assert.Equal(OperationStatus.Done, keeper.Apply(Sample.Id, StateOf([9]), 2));
        Assert.Equal(OperationStatus.Done, keeper.Apply(Sample.Id, StateOf([8]), 1));
        var delta = new UpdateData(null, new StateDelta(new MemoryBody(new byte[] { 5 })));
        FastPathException error = Assert.Throws<FastPathException>(() => keeper.Apply(Sample.Id, delta, 3));
        Assert.Equal(FastPathError.DeltaRefused, error.Error);
        var related = new UpdateData(new State(new MemoryBody(new byte[] { 5 })), null, Sample.Id);
        Assert.Equal(OperationStatus.Refused, keeper.Apply(Sample.Id, related, 3));
        using StoredContract kept = store.TryOpen(Sample.Id)!;
        Assert.Equal((byte[])[9], SampleContract.ReadAll(kept.State!));
    }

    [Fact]
    public void A_merger_of_the_host_decides_on_conflicts_and_applies_deltas()
    {
        using var store = new MemoryContractStore();
        var keeper = new StateKeeper(store, new UnionMerger());
        Put(keeper, store, [3, 1], 1);
        Put(keeper, store, [2], 1);
        Assert.Equal(OperationStatus.Done, keeper.Apply(Sample.Id, StateOf([7]), 1));
        Assert.Equal(OperationStatus.Done, keeper.Apply(
            Sample.Id, new UpdateData(null, new StateDelta(new MemoryBody(new byte[] { 9 }))), 4));
        using StoredContract kept = store.TryOpen(Sample.Id)!;
        Assert.Equal((byte[])[1, 2, 3, 7, 9], SampleContract.ReadAll(kept.State!));
        Assert.Equal(4UL, kept.StateVersion);
    }

    [Fact]
    public void A_file_keeps_the_version_of_its_state_and_one_of_the_first_format_is_read_as_version_0()
    {
        using var folder = new TemporaryFolder();
        using (FileContractStore store = FileContractStore.Open(folder.Path))
        {
            using IContractWriter writer = store.BeginWrite(Sample.Key);
            Sample.Fill(writer);
            writer.SetStateVersion(ulong.MaxValue);
            writer.Commit();
            using StoredContract kept = store.TryOpen(Sample.Id)!;
            Assert.Equal(ulong.MaxValue, kept.StateVersion);
        }

        string file = Directory.GetFiles(folder.Path).Single();
        byte[] bytes = File.ReadAllBytes(file);
        ContractHeader header = ContractHeader.Read(bytes.AsSpan(0, ContractFileLayout.HeaderLength), bytes.Length, file);
        (header with { StateVersion = 0 }).Write(bytes, bytes.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ContractFileLayout.VersionOffset), 1);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(
            bytes.AsSpan(ContractFileLayout.ChecksumOffset),
            System.IO.Hashing.XxHash3.HashToUInt64(bytes.AsSpan(0, ContractFileLayout.ChecksumOffset)));
        File.WriteAllBytes(file, bytes);
        using FileContractStore again = FileContractStore.Open(folder.Path);
        using StoredContract old = again.TryOpen(Sample.Id)!;
        Assert.Equal(0UL, old.StateVersion);
        Assert.True(Sample.IsIn(old));
    }

    [Fact]
    public void What_is_prepared_can_be_read_and_nothing_more_be_written()
    {
        using var store = new MemoryContractStore();
        using IContractWriter writer = store.BeginWrite(Sample.Key);
        Sample.WriteCode(writer);
        writer.SetParameters(Sample.Parameters);
        writer.SetStateVersion(5);
        Sample.WriteState(writer);
        VersionedState state = writer.Prepare()!;
        Assert.Equal(5UL, state.Version);
        Assert.Equal(Sample.State, SampleContract.ReadAll(state.Bytes));
        Assert.Equal(SampleContract.Blake3(Sample.State), state.Digest.ToArray());
        Assert.Null(store.TryOpen(Sample.Id));
        writer.Commit();
        Sample.AssertIsIn(store);
    }

    private static void Put(StateKeeper keeper, MemoryContractStore store, byte[] state, ulong version)
    {
        using IContractWriter writer = store.BeginWrite(Sample.Key);
        (Sample with { State = state }).Fill(writer);
        writer.SetStateVersion(version);
        keeper.Commit(writer);
    }

    private static UpdateData StateOf(byte[] bytes) => new(new State(new MemoryBody(bytes)), null);

    private static IEnumerable<T[]> Permutations<T>(T[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((item, i) => Permutations<T>([.. items[..i], .. items[(i + 1)..]]).Select(rest => (T[])[item, .. rest]));

    /// <summary>States are sets of bytes, and a delta is one byte more.</summary>
    private sealed class UnionMerger : IStateMerger
    {
        public VersionedState Merge(ContractKey key, VersionedState current, VersionedState incoming) => Union(
            [.. SampleContract.ReadAll(current.Bytes), .. SampleContract.ReadAll(incoming.Bytes)], Math.Max(current.Version, incoming.Version));

        public VersionedState Apply(ContractKey key, VersionedState current, IBody delta, ulong version) =>
            Union([.. SampleContract.ReadAll(current.Bytes), .. SampleContract.ReadAll(delta)], version);

        private static VersionedState Union(byte[] bytes, ulong version) =>
            VersionedState.Create(new MemoryBody(bytes.Distinct().Order().ToArray()), version);
    }
}
