using Microsoft.Win32.SafeHandles;

namespace FastPath.Streams;

/// <summary>A bounded file that bytes wait in, used round and round. One thread appends, another takes out.</summary>
/// <remarks>Made when it is first written to; the system deletes it when it is closed.</remarks>
internal sealed class SpillFile(string folder, long bytesMax) : IDisposable
{
    private SafeFileHandle? _file;
    private long _appended;
    private long _taken;

    /// <summary>Bytes that wait.</summary>
    public long Bytes => Volatile.Read(ref _appended) - Volatile.Read(ref _taken);

    public long PeakBytes { get; private set; }

    /// <exception cref="FastPathException">TooSlow: the file is full.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > bytesMax - Bytes)
        {
            throw new FastPathException(FastPathError.TooSlow, $"the target has filled its spill file of {bytesMax} bytes");
        }

        _file ??= Create();
        for (ReadOnlySpan<byte> rest = bytes; !rest.IsEmpty;)
        {
            long at = (_appended + bytes.Length - rest.Length) % bytesMax;
            int count = (int)Math.Min(rest.Length, bytesMax - at);
            RandomAccess.Write(_file, rest[..count], at);
            rest = rest[count..];
        }

        Volatile.Write(ref _appended, _appended + bytes.Length);
        PeakBytes = Math.Max(PeakBytes, Bytes);
    }

    /// <summary>Copies the first bytes that wait; <see cref="Take"/> takes them out.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public int Peek(Span<byte> destination)
    {
        long at = _taken % bytesMax;
        int wanted = (int)Math.Min(Math.Min(destination.Length, Bytes), bytesMax - at);
        int count = 0;
        while (count < wanted)
        {
            int read = RandomAccess.Read(_file!, destination[count..wanted], at + count);
            if (read == 0)
            {
                throw new EndOfStreamException("The spill file is shorter than what was written to it.");
            }

            count += read;
        }

        return count;
    }

    public void Take(int bytes) => Volatile.Write(ref _taken, _taken + bytes);

    public void Dispose() => _file?.Dispose();

    private SafeFileHandle Create()
    {
        Directory.CreateDirectory(folder);
        return File.OpenHandle(
            Path.Combine(folder, $"spill-{Guid.NewGuid():N}.tmp"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            FileOptions.DeleteOnClose);
    }
}
