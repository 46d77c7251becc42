using Microsoft.Win32.SafeHandles;

namespace FastPath.Stores;

/// <summary>The real disk.</summary>
internal sealed class DiskStoreFiles : IStoreFiles
{
    // Sharing lets readers of a file that was just renamed in, and the rename itself, coexist with its writer; whoever asks
    // for the file alone, to remove what a dead writer left, is refused while this handle is open.
    public SafeFileHandle Create(string path) =>
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    public void Sync(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    public void Replace(string path, string newPath)
    {
        try
        {
            File.Move(path, newPath, overwrite: true);
        }
        catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows() && File.Exists(newPath))
        {
            // Windows does not rename over a file that a reader holds open. Replacing moves the old file out of the way
            // first: the reader keeps it, but for an instant the name may be free.
            File.Replace(path, newPath, destinationBackupFileName: null);
        }
    }

    public void SyncFolder(string path) => DirectorySync.Sync(path);

    public void Delete(string path) => File.Delete(path);
}
