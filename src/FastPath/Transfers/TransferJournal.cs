using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Transfers;

/// <summary>Keeps what has come of a payload in a file, so that the transfer goes on where it broke, also in another process.</summary>
/// <remarks>
/// Costs one write of every byte, a record every 256 KiB and an fsync every 8 MiB. The file is opened alone: a second transfer
/// of the same payload goes without a journal. Not thread-safe.
/// </remarks>
internal sealed class TransferJournal : IDisposable
{
    public const string Extension = ".resume";

    private const int BlockBytes = 64 * 1_024;
    private const long LatestEvery = 256 * 1_024;
    private const long DurableEvery = 8 * 1_024 * 1_024;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private XxHash3 _hash = new();
    private JournalRecord? _record;
    private long _recordedAt;
    private long _durableAt;

    private TransferJournal(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
    }

    /// <summary>What is known of the payload; null while nothing is.</summary>
    public JournalRecord? Record => _record is null ? null : _record with { Bytes = Bytes };

    /// <summary>From the first one on, these are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>Opens the journal of that name and proves what it holds; null when another transfer has it open.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static TransferJournal? TryOpen(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, name + Extension);
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }

        var journal = new TransferJournal(file, path);
        journal.Restore();
        return journal;
    }

    /// <summary>Removes journals that were not written to for so long: nobody will take those transfers up.</summary>
    public static void RemoveStale(string folder, TimeSpan unused)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > unused)
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Forgets everything and begins with another payload.</summary>
    public void Begin(uint kind, ReadOnlyMemory<byte> digest, long totalLength)
    {
        RandomAccess.SetLength(_file, 0);
        _hash = new XxHash3();
        _record = new JournalRecord(kind, digest, totalLength, 0, 0);
        Bytes = 0;
        _durableAt = 0;
        WriteRecord(JournalLayout.LatestRecord);
    }

    /// <summary>The next bytes of the payload.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_file, bytes, JournalLayout.PayloadOffset + Bytes);
        _hash.Append(bytes);
        Bytes += bytes.Length;
        if (Bytes - _durableAt >= DurableEvery)
        {
            RandomAccess.FlushToDisk(_file);
            WriteRecord(JournalLayout.DurableRecord);
            _durableAt = Bytes;
        }
        else if (Bytes - _recordedAt >= LatestEvery)
        {
            WriteRecord(JournalLayout.LatestRecord);
        }
    }

    /// <summary>Gives the kept bytes, from the first one on, piece by piece.</summary>
    public void Replay(long bytes, Action<ReadOnlySpan<byte>> take)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Bytes);
        byte[] block = new byte[BlockBytes];
        for (long offset = 0; offset < bytes;)
        {
            int count = Read(block.AsSpan(0, (int)Math.Min(block.Length, bytes - offset)), offset);
            take(block.AsSpan(0, count));
            offset += count;
        }
    }

    /// <summary>Notes how far the transfer has come; the journal may be opened again.</summary>
    public void Dispose()
    {
        if (_file.IsClosed)
        {
            return;
        }

        if (_record is not null && Bytes > _recordedAt)
        {
            WriteRecord(JournalLayout.LatestRecord);
        }

        _file.Dispose();
    }

    /// <summary>The transfer is complete, or its bytes have proven worthless.</summary>
    public void Delete()
    {
        _record = null;
        _file.Dispose();
        File.Delete(_path);
    }

    private void WriteRecord(int slot)
    {
        Span<byte> bytes = stackalloc byte[JournalLayout.RecordLength];
        (_record! with { Bytes = Bytes, PayloadHash = _hash.GetCurrentHashAsUInt64() }).Write(bytes);
        RandomAccess.Write(_file, bytes, slot * JournalLayout.RecordDistance);
        _recordedAt = Bytes;
    }

    /// <summary>Takes the record that goes furthest and whose bytes are what it says.</summary>
    private void Restore()
    {
        long length = RandomAccess.GetLength(_file);
        List<JournalRecord> records = [];
        Span<byte> bytes = stackalloc byte[JournalLayout.RecordLength];
        for (int slot = 0; slot < JournalLayout.RecordCount; slot++)
        {
            int read = RandomAccess.Read(_file, bytes, slot * JournalLayout.RecordDistance);
            if (JournalRecord.TryRead(bytes[..read], length) is { } record)
            {
                records.Add(record);
            }
        }

        foreach (JournalRecord record in records.OrderByDescending(record => record.Bytes))
        {
            var hash = new XxHash3();
            Bytes = record.Bytes;
            Replay(record.Bytes, hash.Append);
            if (hash.GetCurrentHashAsUInt64() == record.PayloadHash)
            {
                _record = record;
                _hash = hash;
                _recordedAt = record.Bytes;
                _durableAt = record.Bytes;
                return;
            }
        }

        Bytes = 0;
    }

    private int Read(Span<byte> block, long offset)
    {
        int count = RandomAccess.Read(_file, block, JournalLayout.PayloadOffset + offset);
        return count > 0 ? count : throw new EndOfStreamException($"{_path} ends at byte {offset} of the payload");
    }
}
