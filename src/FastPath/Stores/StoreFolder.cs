using System.IO.Enumeration;
using FastPath.Serialization.Contracts;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Stores;

/// <summary>The folder of a file store: one file a contract, named by its instance in hex, and drafts beside them.</summary>
/// <remarks>Hex, because base58 tells names apart by case alone, which some file systems do not.</remarks>
internal sealed class StoreFolder
{
    private const string ContractExtension = ".contract";
    private const string DraftExtension = ".partial";

    public StoreFolder(string path, IStoreFiles files)
    {
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Files = files;
        CreateDurably();
        StaleDraftsRemoved = RemoveStaleDrafts();
    }

    public string Path { get; }

    public IStoreFiles Files { get; }

    public int StaleDraftsRemoved { get; }

    public string PathOf(ContractInstanceId id) => System.IO.Path.Combine(Path, NameOf(id) + ContractExtension);

    /// <summary>A name no other draft has.</summary>
    public string NewDraftPath(ContractInstanceId id) =>
        System.IO.Path.Combine(Path, $"{NameOf(id)}.{Guid.NewGuid():N}{DraftExtension}");

    /// <summary>Contracts and the sizes of their files in bytes. Files with other names are none of the store's business.</summary>
    public IEnumerable<(ContractInstanceId Id, long Bytes)> Enumerate() =>
        new FileSystemEnumerable<(ContractInstanceId Id, long Bytes)>(
            Path,
            (ref FileSystemEntry entry) => (TryParseName(entry.FileName, out ContractInstanceId id) ? id : default, entry.Length))
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && TryParseName(entry.FileName, out _),
        };

    private static string NameOf(ContractInstanceId id)
    {
        Span<byte> bytes = stackalloc byte[ContractInstanceId.Length];
        id.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static bool TryParseName(ReadOnlySpan<char> name, out ContractInstanceId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[ContractInstanceId.Length];
        if (name.Length != (2 * bytes.Length) + ContractExtension.Length
            || !name.EndsWith(ContractExtension, StringComparison.Ordinal)
            || name.ContainsAnyInRange('A', 'F')
            || Convert.FromHexString(name[..(2 * bytes.Length)], bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        id = ContractInstanceId.Read(bytes);
        return true;
    }

    // A folder that is made here must not vanish with all it holds when the power goes.
    private void CreateDurably()
    {
        var parents = new List<string>();
        for (string? at = Path; at is not null && !Directory.Exists(at); at = System.IO.Path.GetDirectoryName(at))
        {
            parents.Add(System.IO.Path.GetDirectoryName(at) ?? at);
        }

        Directory.CreateDirectory(Path);
        foreach (string parent in parents)
        {
            Files.SyncFolder(parent);
        }
    }

    private int RemoveStaleDrafts()
    {
        int removed = 0;
        foreach (string draft in Directory.EnumerateFiles(Path, "*" + DraftExtension))
        {
            try
            {
                // Opening it alone fails while its writer lives, be it in another store or process.
                using SafeFileHandle stale = File.OpenHandle(
                    draft, FileMode.Open, FileAccess.Read, FileShare.None, FileOptions.DeleteOnClose);
                removed++;
            }
            catch (IOException)
            {
                // A living writer holds it, or it is gone already: both are as they should be.
            }
        }

        return removed;
    }
}
