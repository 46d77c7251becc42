using Microsoft.Win32.SafeHandles;

namespace FastPath.Stores;

/// <summary>Every step by which a store changes the disk, so that a test can let each of them fail or be the last.</summary>
internal interface IStoreFiles
{
    /// <summary>Makes a new file for one writer.</summary>
    SafeFileHandle Create(string path);

    void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes the content of a file durable.</summary>
    void Sync(SafeFileHandle file);

    /// <summary>Renames over what has the new name: others see the old file or the new one, never none or half of one.</summary>
    void Replace(string path, string newPath);

    /// <summary>Makes the names in a folder durable.</summary>
    void SyncFolder(string path);

    void Delete(string path);
}
