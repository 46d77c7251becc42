using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Tests.Stores;

/// <summary>A fault at every step by which the store changes the disk.</summary>
public sealed class StoreFaultTests
{
    private static readonly SampleContract Old = SampleContract.Create(1, 600_000, 1_000);
    private static readonly SampleContract New = Old.WithState(300_000, seed: 2);
    private static readonly SampleContract Other = SampleContract.Create(3, 1_000, 10);

    [Theory]
    [InlineData(Fault.Kill)]
    [InlineData(Fault.PowerLossKeepingNames)]
    [InlineData(Fault.PowerLossLosingNames)]
    public void After_a_crash_at_any_step_every_version_is_whole_and_none_that_was_committed_is_lost(Fault fault)
    {
        int crashes = 0;
        for (int steps = 0; ; steps++)
        {
            using var folder = new TemporaryFolder();
            var files = new FaultyStoreFiles(fault, steps);
            List<SampleContract> committed = [];
            bool crashed = !Survives(() =>
            {
                using var store = new FileContractStore(folder.Path, computesPayloadDigests: true, files);
                foreach (SampleContract contract in new[] { Other, Old, New })
                {
                    contract.StoreIn(store);
                    committed.Add(contract);
                }
            });
            files.End();
            AssertSound(folder, committed);
            if (!crashed)
            {
                // Create, the blocks, header, two syncs and the rename, three times.
                Assert.InRange(crashes, 20, 200);
                return;
            }

            crashes++;
        }
    }

    [Theory]
    [InlineData(Fault.Kill)]
    [InlineData(Fault.PowerLossKeepingNames)]
    [InlineData(Fault.PowerLossLosingNames)]
    public void A_removal_is_done_or_not_done_after_a_crash_and_done_when_it_returned(Fault fault)
    {
        for (int steps = 0; ; steps++)
        {
            using var folder = new TemporaryFolder();
            Old.StoreIn(FileContractStore.Open(folder.Path));
            var files = new FaultyStoreFiles(fault, steps);
            bool survived = Survives(() =>
                Assert.True(new FileContractStore(folder.Path, computesPayloadDigests: true, files).Remove(Old.Id)));
            files.End();
            using FileContractStore again = FileContractStore.Open(folder.Path);
            if (survived)
            {
                Assert.Null(again.TryOpen(Old.Id));
                Assert.Equal(2, steps);
                return;
            }

            if (again.TryOpen(Old.Id) is { } entry)
            {
                Assert.True(Old.IsIn(entry));
                entry.Dispose();
            }
        }
    }

    [Fact]
    public void A_disk_error_at_any_step_is_thrown_and_leaves_the_old_version_and_no_draft()
    {
        int errors = 0;
        for (int steps = 0; ; steps++)
        {
            using var folder = new TemporaryFolder();
            Old.StoreIn(FileContractStore.Open(folder.Path));
            var files = new FaultyStoreFiles(Fault.Error, steps);
            using var store = new FileContractStore(folder.Path, computesPayloadDigests: true, files);
            Exception? error = Record.Exception(() => New.StoreIn(store));
            Assert.Empty(folder.Drafts);
            if (error is null)
            {
                New.AssertIsIn(store);
                Assert.Equal(files.Steps, errors);
                return;
            }

            errors++;
            Assert.IsType<IOException>(error);
            using StoredContract? entry = store.TryOpen(Old.Id);
            Assert.NotNull(entry);

            // Only the last step, which makes the new name durable, comes after the new version became visible.
            Assert.NotEqual(Old.IsIn(entry), New.IsIn(entry));
            New.StoreIn(store);
            New.AssertIsIn(store);
        }
    }

    [Fact]
    public void A_writer_whose_block_was_lost_takes_no_more()
    {
        using var folder = new TemporaryFolder();
        var files = new FaultyStoreFiles(Fault.Error, stepsBefore: 1);
        using var store = new FileContractStore(folder.Path, computesPayloadDigests: true, files);
        using IContractWriter writer = store.BeginWrite(New.Key);
        writer.BeginCode(New.Code.Length);
        Assert.Throws<IOException>(() => writer.WriteCode(New.Code));
        Assert.Throws<InvalidOperationException>(() => writer.WriteCode(New.Code));
        Assert.Throws<InvalidOperationException>(writer.Commit);
    }

    [Fact]
    public void A_draft_that_cannot_be_deleted_does_not_hide_the_error_and_goes_at_the_next_opening()
    {
        using var folder = new TemporaryFolder();
        var files = new FaultyStoreFiles(Fault.Error, stepsBefore: 1);
        using (var store = new FileContractStore(folder.Path, computesPayloadDigests: true, files))
        {
            using IContractWriter writer = store.BeginWrite(New.Key);
        }

        Assert.Single(folder.Drafts);
        using FileContractStore again = FileContractStore.Open(folder.Path);
        Assert.Equal(1, again.StaleFilesRemoved);
        Assert.Empty(folder.Drafts);
    }

    [Fact]
    public void A_commit_costs_one_sync_of_the_file_and_one_of_the_folder()
    {
        using var folder = new TemporaryFolder();
        var files = new FaultyStoreFiles(Fault.Kill, stepsBefore: int.MaxValue);
        using var store = new FileContractStore(folder.Path, computesPayloadDigests: true, files);
        Other.StoreIn(store);

        // Create, one block, header, sync, rename, sync of the folder.
        Assert.Equal(6, files.Steps);
    }

    private static bool Survives(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SimulatedCrashException)
        {
            return false;
        }
    }

    private static void AssertSound(TemporaryFolder folder, List<SampleContract> committed)
    {
        using FileContractStore again = FileContractStore.Open(folder.Path);
        Assert.Empty(folder.Drafts);
        foreach (ContractInstanceId id in again.Enumerate())
        {
            using StoredContract? entry = again.TryOpen(id);
            Assert.NotNull(entry);
            entry.Verify();
            Assert.Single(new[] { Other, Old, New }, contract => contract.IsIn(entry));
        }

        foreach (SampleContract contract in committed)
        {
            using StoredContract? entry = again.TryOpen(contract.Id);
            Assert.NotNull(entry);
            Assert.True(contract.IsIn(entry) || New.IsIn(entry));
        }
    }
}
