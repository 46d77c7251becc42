using System.Diagnostics;
using System.Security.Cryptography;
using FastPath.Tests.Stores;
using FastPath.Transfers;
using FsCheck;
using FsCheck.Xunit;

namespace FastPath.Tests.Transfers;

/// <summary>What a journal says it has, it has, whatever happened to the process, the file or the disk.</summary>
public sealed class TransferJournalTests : IDisposable
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1_000_000);
    private static readonly byte[] Digest = RandomNumberGenerator.GetBytes(32);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_kept_comes_back_in_another_process()
    {
        using (TransferJournal journal = Open())
        {
            Assert.Null(journal.Record);
            journal.Begin(3, Digest, Payload.Length);
            Append(journal, 0, 700_001);
        }

        using TransferJournal again = Open();
        Assert.Equal((3U, (long)Payload.Length, 700_001L), (again.Record!.Kind, again.Record.TotalLength, again.Record.Bytes));
        Assert.Equal(Digest, again.Record.Digest);
        Assert.Equal(Payload[..700_001], Replayed(again, 700_001));
        Append(again, 700_001, Payload.Length);
        Assert.Equal(Payload, Replayed(again, Payload.Length));
    }

    [Fact]
    public void A_process_that_dies_without_a_word_loses_less_than_a_record_distance()
    {
        // The file is left open, as a killed process leaves it: only what was written counts.
        string copy = Path.Combine(_folder.Path, "copy" + TransferJournal.Extension);
        using (TransferJournal journal = Open())
        {
            journal.Begin(0, Digest, Payload.Length);
            Append(journal, 0, 900_000);
            CopyOpen(copy);
        }

        using TransferJournal survivor = TransferJournal.TryOpen(_folder.Path, "copy")!;
        Assert.InRange(survivor.Record!.Bytes, 900_000 - (256 * 1_024), 900_000);
        Assert.Equal(Payload[..(int)survivor.Record.Bytes], Replayed(survivor, survivor.Record.Bytes));
    }

    [Fact]
    public void A_second_transfer_of_the_same_payload_gets_no_journal_until_the_first_is_done()
    {
        using (TransferJournal first = Open())
        {
            Assert.Null(TransferJournal.TryOpen(_folder.Path, "one"));
        }

        using TransferJournal second = Open();
    }

    [Fact]
    public void A_deleted_journal_leaves_no_file()
    {
        TransferJournal journal = Open();
        journal.Begin(0, Digest, 10);
        journal.Append(Payload.AsSpan(0, 10));
        journal.Delete();
        journal.Dispose();
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public void Journals_that_nobody_took_up_are_removed_and_fresh_ones_are_not()
    {
        Open().Dispose();
        using (TransferJournal old = TransferJournal.TryOpen(_folder.Path, "old")!)
        {
            old.Begin(0, Digest, 10);
        }

        File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, "old" + TransferJournal.Extension), DateTime.UtcNow.AddDays(-8));
        TransferJournal.RemoveStale(_folder.Path, TimeSpan.FromDays(7));
        Assert.Equal("one" + TransferJournal.Extension, Path.GetFileName(Assert.Single(Directory.EnumerateFiles(_folder.Path))));
    }

    [Property(MaxTest = 60)]
    public bool A_damaged_file_never_gives_other_bytes(int where, byte mask, NonNegativeInt cut)
    {
        string path = Path.Combine(_folder.Path, "one" + TransferJournal.Extension);
        using (TransferJournal journal = Open())
        {
            journal.Begin(0, Digest, Payload.Length);
            Append(journal, 0, 300_000);
        }

        byte[] file = File.ReadAllBytes(path);
        file[(int)((uint)where % file.Length)] ^= mask;
        File.WriteAllBytes(path, file[..^(cut.Get % 1_000)]);
        using TransferJournal damaged = Open();
        long bytes = damaged.Record?.Bytes ?? 0;
        return bytes == damaged.Bytes && Replayed(damaged, bytes).AsSpan().SequenceEqual(Payload.AsSpan(0, (int)bytes));
    }

    private static void Append(TransferJournal journal, int from, int to)
    {
        for (int at = from; at < to; at += 1_130)
        {
            journal.Append(Payload.AsSpan(at, Math.Min(1_130, to - at)));
        }
    }

    private static byte[] Replayed(TransferJournal journal, long bytes)
    {
        var all = new List<byte>();
        journal.Replay(bytes, piece => all.AddRange(piece));
        return [.. all];
    }

    private TransferJournal Open() => TransferJournal.TryOpen(_folder.Path, "one")!;

    /// <summary>By another process: this one holds the file alone.</summary>
    private void CopyOpen(string copy)
    {
        using var cp = Process.Start("cp", [Path.Combine(_folder.Path, "one" + TransferJournal.Extension), copy]);
        cp.WaitForExit();
        Assert.Equal(0, cp.ExitCode);
    }
}
