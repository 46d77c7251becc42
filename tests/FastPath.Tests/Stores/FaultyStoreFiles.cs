using FastPath.Stores;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Tests.Stores;

/// <summary>The disk with a fault at one step: an error and life goes on, or the end of the process or of the power.</summary>
/// <remarks>
/// What a loss of power may take is taken: bytes that were not synced, and names whose folder was not. The end of a process
/// takes nothing from the operating system. A write that is the last step is torn in the middle.
/// </remarks>
internal sealed class FaultyStoreFiles(Fault fault, int stepsBefore) : IStoreFiles
{
    private readonly DiskStoreFiles _disk = new();
    private readonly HashSet<string> _unsynced = [];
    private readonly Dictionary<SafeFileHandle, string> _paths = [];
    private readonly List<Action> _undoNames = [];
    private bool _isOver;

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>The store must not touch the disk any more; what a loss of power takes is gone.</summary>
    public void End()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        if (fault is Fault.PowerLossKeepingNames or Fault.PowerLossLosingNames)
        {
            foreach (string path in _unsynced.Where(File.Exists))
            {
                File.WriteAllBytes(path, []);
            }
        }

        if (fault is Fault.PowerLossLosingNames)
        {
            _undoNames.AsEnumerable().Reverse().ToList().ForEach(undo => undo());
        }
    }

    public SafeFileHandle Create(string path)
    {
        Step();
        SafeFileHandle file = _disk.Create(path);
        _paths[file] = path;
        _unsynced.Add(path);
        _undoNames.Add(() => File.Delete(path));
        return file;
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Steps == stepsBefore && !_isOver)
        {
            _disk.Write(file, bytes[..(bytes.Length / 2)], offset);
        }

        Step();
        _unsynced.Add(_paths[file]);
        _disk.Write(file, bytes, offset);
    }

    public void Sync(SafeFileHandle file)
    {
        Step();
        _disk.Sync(file);
        _unsynced.Remove(_paths[file]);
    }

    public void Replace(string path, string newPath)
    {
        Step();
        byte[]? old = File.Exists(newPath) ? File.ReadAllBytes(newPath) : null;
        _disk.Replace(path, newPath);
        if (_unsynced.Remove(path))
        {
            _unsynced.Add(newPath);
        }

        _undoNames.Add(() =>
        {
            File.Move(newPath, path);
            if (old is not null)
            {
                File.WriteAllBytes(newPath, old);
            }
        });
    }

    public void SyncFolder(string path)
    {
        Step();
        _disk.SyncFolder(path);
        _undoNames.Clear();
    }

    public void Delete(string path)
    {
        Step();
        byte[] old = File.ReadAllBytes(path);
        _disk.Delete(path);
        _undoNames.Add(() => File.WriteAllBytes(path, old));
    }

    private void Step()
    {
        if (_isOver)
        {
            throw new SimulatedCrashException();
        }

        if (Steps++ != stepsBefore)
        {
            return;
        }

        if (fault == Fault.Error)
        {
            throw new IOException("No space left on device (simulated)");
        }

        End();
        throw new SimulatedCrashException();
    }
}
