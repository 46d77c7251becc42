using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Transfers;

/// <summary>Keeps what has come of a payload in a file, so that the transfer goes on where it broke, also in another process.</summary>
/// <remarks>
/// The payload lies in a file of its own, which is the whole payload in the end; its records lie beside it. Costs one write of
/// every byte, a record every 256 KiB and an fsync every 8 MiB. The files are opened alone: a second transfer of the same
/// payload goes without a journal. Not thread-safe.
/// </remarks>
internal sealed class TransferJournal : IDisposable
{
    public const string RecordsExtension = ".resume";
    public const string PayloadExtension = ".partial";

    private const int BlockBytes = 64 * 1_024;
    private const long LatestEvery = 256 * 1_024;
    private const long DurableEvery = 8 * 1_024 * 1_024;

    private readonly SafeFileHandle _records;
    private readonly SafeFileHandle _payload;
    private readonly string _recordsPath;
    private XxHash3 _hash = new();
    private JournalRecord? _record;
    private long _recordedAt;
    private long _durableAt;

    private TransferJournal(SafeFileHandle records, SafeFileHandle payload, string recordsPath, string payloadPath)
    {
        _records = records;
        _payload = payload;
        _recordsPath = recordsPath;
        PayloadPath = payloadPath;
    }

    /// <summary>The file of the payload, as far as it has come.</summary>
    public string PayloadPath { get; }

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
        string recordsPath = Path.Combine(folder, name + RecordsExtension);
        string payloadPath = Path.Combine(folder, name + PayloadExtension);
        if (TryOpenAlone(recordsPath) is not { } records)
        {
            return null;
        }

        if (TryOpenAlone(payloadPath) is not { } payload)
        {
            records.Dispose();
            return null;
        }

        var journal = new TransferJournal(records, payload, recordsPath, payloadPath);
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

        foreach (string records in Directory.EnumerateFiles(folder, "*" + RecordsExtension))
        {
            string payload = Path.ChangeExtension(records, PayloadExtension);
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(records) > unused)
            {
                File.Delete(payload);
                File.Delete(records);
            }
        }
    }

    /// <summary>Forgets everything and begins with another payload.</summary>
    public void Begin(uint kind, ReadOnlyMemory<byte> digest, long totalLength)
    {
        RandomAccess.SetLength(_records, 0);
        RandomAccess.SetLength(_payload, 0);
        _hash = new XxHash3();
        _record = new JournalRecord(kind, digest, totalLength, 0, 0);
        Bytes = 0;
        _durableAt = 0;
        WriteRecord(JournalLayout.LatestRecord);
    }

    /// <summary>The next bytes of the payload.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_payload, bytes, Bytes);
        _hash.Append(bytes);
        Bytes += bytes.Length;
        if (Bytes - _durableAt >= DurableEvery)
        {
            RandomAccess.FlushToDisk(_payload);
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
        if (_records.IsClosed)
        {
            return;
        }

        if (_record is not null && Bytes > _recordedAt)
        {
            WriteRecord(JournalLayout.LatestRecord);
        }

        _payload.Dispose();
        _records.Dispose();
    }

    /// <summary>The transfer is complete, or its bytes have proven worthless.</summary>
    public void Delete()
    {
        _record = null;
        _payload.Dispose();
        File.Delete(PayloadPath);
        _records.Dispose();
        File.Delete(_recordsPath);
    }

    /// <summary>The payload is whole and proven: its file gets its name, and the journal is gone.</summary>
    /// <param name="path">On the same volume; what is there is replaced.</param>
    public void MoveTo(string path)
    {
        RandomAccess.FlushToDisk(_payload);
        _payload.Dispose();
        File.Move(PayloadPath, path, overwrite: true);
        Delete();
    }

    private static SafeFileHandle? TryOpenAlone(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    private void WriteRecord(int slot)
    {
        Span<byte> bytes = stackalloc byte[JournalLayout.RecordLength];
        (_record! with { Bytes = Bytes, PayloadHash = _hash.GetCurrentHashAsUInt64() }).Write(bytes);
        RandomAccess.Write(_records, bytes, slot * JournalLayout.RecordDistance);
        _recordedAt = Bytes;
    }

    /// <summary>Takes the record that goes furthest and whose bytes are what it says.</summary>
    private void Restore()
    {
        long length = RandomAccess.GetLength(_payload);
        List<JournalRecord> records = [];
        Span<byte> bytes = stackalloc byte[JournalLayout.RecordLength];
        for (int slot = 0; slot < JournalLayout.RecordCount; slot++)
        {
            int read = RandomAccess.Read(_records, bytes, slot * JournalLayout.RecordDistance);
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
        int count = RandomAccess.Read(_payload, block, offset);
        return count > 0 ? count : throw new EndOfStreamException($"{PayloadPath} ends at byte {offset} of the payload");
    }
}
