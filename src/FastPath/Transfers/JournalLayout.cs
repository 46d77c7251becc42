namespace FastPath.Transfers;

/// <summary>The file of a transfer that is not complete: two records, then the payload as far as it has come.</summary>
/// <remarks>
/// A record, little-endian: magic 8, version u32, kind u32, digest 32, total length u64, bytes u64, XXH3-64 of those bytes
/// u64, XXH3-64 of the record before it u64. Record 0 is written after the payload was forced to disk, record 1 more often
/// and without that: it survives the end of the process, and record 0 a loss of power. The valid one that goes further counts.
/// </remarks>
internal static class JournalLayout
{
    public const int MagicOffset = 0;
    public const int VersionOffset = MagicOffset + sizeof(ulong);
    public const int KindOffset = VersionOffset + sizeof(uint);
    public const int DigestOffset = KindOffset + sizeof(uint);
    public const int TotalOffset = DigestOffset + 32;
    public const int BytesOffset = TotalOffset + sizeof(ulong);
    public const int PayloadHashOffset = BytesOffset + sizeof(ulong);
    public const int ChecksumOffset = PayloadHashOffset + sizeof(ulong);
    public const int RecordLength = ChecksumOffset + sizeof(ulong);

    /// <summary>Apart, so that one torn write never harms both.</summary>
    public const int RecordDistance = 4_096;
    public const int RecordCount = 2;
    public const int PayloadOffset = RecordCount * RecordDistance;

    public const int DurableRecord = 0;
    public const int LatestRecord = 1;

    public const uint Version = 1;

    public static ReadOnlySpan<byte> Magic => "fpresume"u8;
}
