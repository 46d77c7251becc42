using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Stores;

/// <summary>A contract in a file with a name of its own, until it is renamed to its place.</summary>
internal sealed class FileDraft : IContractDraft
{
    private readonly StoreFolder _folder;
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private bool _settled;

    public FileDraft(StoreFolder folder, ContractInstanceId id)
    {
        _folder = folder;
        _path = folder.NewDraftPath(id);
        _file = folder.Files.Create(_path);
        Image = new FileBody(_file, start: 0, long.MaxValue);
    }

    public IBody Image { get; }

    public long Length { get; private set; } = ContractFileLayout.HeaderLength;

    public void Append(ReadOnlySpan<byte> block)
    {
        _folder.Files.Write(_file, block, Length);
        Length += block.Length;
    }

    public void Publish(ContractHeader header)
    {
        Span<byte> bytes = stackalloc byte[ContractFileLayout.HeaderLength];
        header.Write(bytes, Length);
        _folder.Files.Write(_file, bytes, offset: 0);
        _folder.Files.Sync(_file);
        if (OperatingSystem.IsWindows())
        {
            // Replacing a file that a reader holds needs the new one closed.
            _file.Dispose();
        }

        _folder.Files.Replace(_path, _folder.PathOf(header.Key.Instance));
        _settled = true;
        _folder.Files.SyncFolder(_folder.Path);
    }

    public void Dispose()
    {
        _file.Dispose();
        if (_settled)
        {
            return;
        }

        _settled = true;
        try
        {
            _folder.Files.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next opening of the store removes it; what made the writer fail is the error to be seen.
        }
    }
}
