using FastPath.Stores;

namespace FastPath.Tests.Stores;

/// <summary>The common rules on disk, and those that only files have.</summary>
public sealed class FileContractStoreTests : ContractStoreTests
{
    private readonly TemporaryFolder _folder = new();

    public FileContractStoreTests() => Use(FileContractStore.Open(_folder.Path));

    public override void Dispose()
    {
        base.Dispose();
        Assert.Empty(_folder.Drafts);
        _folder.Dispose();
    }

    [Fact]
    public void Contracts_are_there_after_the_store_is_opened_again()
    {
        SampleContract contract = SampleContract.Create(1, 700_000, 100);
        contract.StoreIn(Store);
        Use(FileContractStore.Open(_folder.Path));
        contract.AssertIsIn(Store);
        Assert.Equal(contract.Id, Assert.Single(Store.Enumerate()));
    }

    [Fact]
    public void Opening_removes_what_dead_writers_left_and_nothing_else()
    {
        SampleContract contract = SampleContract.Create(1, 700_000, 100);
        contract.StoreIn(Store);
        string stranger = Path.Combine(_folder.Path, "notes.txt");
        File.WriteAllText(stranger, "mine");
        File.WriteAllBytes(Path.Combine(_folder.Path, "0123.partial"), new byte[100]);
        File.Copy(_folder.Contracts[0], _folder.Contracts[0] + ".00.partial");
        using FileContractStore again = FileContractStore.Open(_folder.Path);
        Assert.Equal(2, again.StaleFilesRemoved);
        Assert.Empty(_folder.Drafts);
        Assert.True(File.Exists(stranger));
        Assert.Single(again.Enumerate());
        contract.AssertIsIn(again);
    }

    [Fact]
    public void Opening_spares_the_draft_of_a_writer_that_lives()
    {
        SampleContract contract = SampleContract.Create(1, 700_000, 100);
        using IContractWriter writer = Store.BeginWrite(contract.Key);
        contract.WriteCode(writer);
        using FileContractStore other = FileContractStore.Open(_folder.Path);
        Assert.Equal(0, other.StaleFilesRemoved);
        writer.SetParameters(contract.Parameters);
        contract.WriteState(writer);
        writer.Commit();
        contract.AssertIsIn(other);
    }

    [Fact]
    public void A_failed_or_aborted_writer_leaves_no_file()
    {
        using (IContractWriter writer = Store.BeginWrite(SampleContract.Create(1, 10).Key))
        {
            Assert.Single(_folder.Drafts);
            Assert.Throws<ContractVerificationException>(writer.Commit);
            Assert.Empty(_folder.Contracts);
        }

        Assert.Empty(_folder.Drafts);
    }

    [Fact]
    public void Names_of_other_files_are_no_contracts()
    {
        string hex = new('a', 64);
        foreach (string name in new[] { hex, $"{hex}0.contract", $"{new string('A', 64)}.contract", $"{new string('g', 64)}.contract" })
        {
            File.WriteAllText(Path.Combine(_folder.Path, name), "");
        }

        Directory.CreateDirectory(Path.Combine(_folder.Path, $"{hex}.contract"));
        Assert.Empty(Store.Enumerate());
        Assert.Equal(default, Store.MeasureUsage());
    }

    [Fact]
    public void A_missing_folder_is_made_with_its_parents()
    {
        string deep = Path.Combine(_folder.Path, "a", "b", "c") + Path.DirectorySeparatorChar;
        using FileContractStore store = FileContractStore.Open(deep);
        SampleContract contract = SampleContract.Create(1, 10);
        contract.StoreIn(store);
        contract.AssertIsIn(store);
    }

    [Fact]
    public void A_folder_that_is_gone_or_a_file_in_its_place_is_an_io_error()
    {
        string path = Path.Combine(_folder.Path, "store");
        File.WriteAllText(path, "");
        Assert.ThrowsAny<IOException>(() => FileContractStore.Open(path));
        File.Delete(path);
        using FileContractStore store = FileContractStore.Open(path);
        Directory.Delete(path);
        Assert.ThrowsAny<IOException>(() => store.TryOpen(default));
        Assert.ThrowsAny<IOException>(() => store.BeginWrite(default));
    }

    [Fact]
    public void A_folder_that_may_not_be_written_is_an_access_error_and_still_read()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            // Modes of a folder bind neither Windows nor the superuser.
            return;
        }

        SampleContract contract = SampleContract.Create(1, 1_000, 10);
        contract.StoreIn(Store);
        UnixFileMode mode = File.GetUnixFileMode(_folder.Path);
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Throws<UnauthorizedAccessException>(() => Store.BeginWrite(contract.Key));
            Assert.Throws<UnauthorizedAccessException>(() => Store.Remove(contract.Id));
            contract.AssertIsIn(Store);
        }
        finally
        {
            File.SetUnixFileMode(_folder.Path, mode);
        }
    }

    [Fact]
    public void Syncing_a_folder_that_is_not_there_is_an_io_error()
    {
        DirectorySync.Sync(_folder.Path);
        if (!OperatingSystem.IsWindows())
        {
            IOException error = Assert.Throws<IOException>(() => DirectorySync.Sync(Path.Combine(_folder.Path, "none")));
            Assert.Contains("none", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Writing_allocates_nothing_however_long_the_code()
    {
        using IContractWriter writer = Store.BeginWrite(default);
        byte[] piece = new byte[64 * 1_024];
        writer.BeginCode(64L * piece.Length);
        writer.WriteCode(piece);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < 64; i++)
        {
            writer.WriteCode(piece);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_store_may_leave_the_payload_digest_out()
    {
        using FileContractStore store = FileContractStore.Open(_folder.Path, computesPayloadDigests: false);
        SampleContract contract = SampleContract.Create(1, 10, 10);
        contract.StoreIn(store);
        using StoredContract entry = store.TryOpen(contract.Id)!;
        Assert.Null(entry.PayloadDigest);
        Assert.NotNull(entry.StateDigest);
    }
}
