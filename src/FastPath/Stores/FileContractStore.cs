using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Stores;

/// <summary>A store in a folder: one file a contract, which survives the end of the process and a loss of power.</summary>
/// <remarks>
/// Holds no contract in memory: a writer needs one block of 16 KiB, an open entry its parameters. A commit costs one fsync of
/// the file and one of the folder. Several stores and processes may share a folder on a local disk. On Windows, replacing a
/// contract that a reader holds open is not atomic; everywhere else it is.
/// </remarks>
public sealed class FileContractStore : IContractStore
{
    private readonly StoreFolder _folder;
    private readonly bool _computesPayloadDigests;
    private volatile bool _disposed;

    internal FileContractStore(string folder, bool computesPayloadDigests, IStoreFiles files)
    {
        _folder = new StoreFolder(folder, files);
        _computesPayloadDigests = computesPayloadDigests;
    }

    /// <summary>Files that were removed when the store was opened: writers had left them unfinished when their process ended.</summary>
    public int StaleFilesRemoved => _folder.StaleDraftsRemoved;

    /// <summary>Opens the store in a folder, which is made when it is not there.</summary>
    /// <param name="folder">Of this store alone; files with other names are left alone.</param>
    /// <param name="computesPayloadDigests">
    /// Whether a commit reads the content once more to compute <see cref="StoredContract.PayloadDigest"/>.
    /// </param>
    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be made, read or written.</exception>
    public static FileContractStore Open(string folder, bool computesPayloadDigests = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new FileContractStore(folder, computesPayloadDigests, new DiskStoreFiles());
    }

    /// <inheritdoc/>
    public StoredContract? TryOpen(ContractInstanceId id)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        string path = _folder.PathOf(id);
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        try
        {
            long length = RandomAccess.GetLength(file);
            var image = new FileBody(file, start: 0, length);
            ContractHeader header = ReadHeader(image, path);
            return header.Key.Instance == id
                ? new StoredContract(header, image, path, file)
                : throw new CorruptContractException(path, "the key of another contract", ContractFileLayout.KeyOffset);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IContractWriter BeginWrite(ContractKey key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new ContractWriter(key, new FileDraft(_folder, key.Instance), _computesPayloadDigests);
    }

    /// <inheritdoc/>
    public bool Remove(ContractInstanceId id)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        string path = _folder.PathOf(id);
        if (!File.Exists(path))
        {
            return false;
        }

        _folder.Files.Delete(path);
        _folder.Files.SyncFolder(_folder.Path);
        return true;
    }

    /// <inheritdoc/>
    public IEnumerable<ContractInstanceId> Enumerate()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _folder.Enumerate().Select(entry => entry.Id);
    }

    /// <inheritdoc/>
    public ContractStoreUsage MeasureUsage()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _folder.Enumerate().Aggregate(
            default(ContractStoreUsage), (sum, entry) => new ContractStoreUsage(sum.Contracts + 1, sum.Bytes + entry.Bytes));
    }

    /// <inheritdoc/>
    public void Dispose() => _disposed = true;

    private static ContractHeader ReadHeader(FileBody image, string path)
    {
        Span<byte> header = stackalloc byte[ContractFileLayout.HeaderLength];
        header = header[..(int)Math.Min(header.Length, image.Length)];
        image.Read(0, header);
        return ContractHeader.Read(header, image.Length, path);
    }
}
