using System.Buffers.Binary;
using System.IO.Hashing;

namespace FastPath.Transfers;

/// <summary>How far a transfer has come. <see cref="JournalLayout"/> has the file form.</summary>
/// <param name="Kind">What the payload is; the owner's own number.</param>
/// <param name="Digest">BLAKE3 of the whole payload: 32 bytes.</param>
/// <param name="TotalLength">Bytes of the whole payload.</param>
/// <param name="Bytes">Of them are in the file, from the first on.</param>
/// <param name="PayloadHash">XXH3-64 of those bytes.</param>
internal sealed record JournalRecord(uint Kind, ReadOnlyMemory<byte> Digest, long TotalLength, long Bytes, ulong PayloadHash)
{
    public void Write(Span<byte> record)
    {
        JournalLayout.Magic.CopyTo(record);
        BinaryPrimitives.WriteUInt32LittleEndian(record[JournalLayout.VersionOffset..], JournalLayout.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(record[JournalLayout.KindOffset..], Kind);
        Digest.Span.CopyTo(record[JournalLayout.DigestOffset..]);
        BinaryPrimitives.WriteInt64LittleEndian(record[JournalLayout.TotalOffset..], TotalLength);
        BinaryPrimitives.WriteInt64LittleEndian(record[JournalLayout.BytesOffset..], Bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(record[JournalLayout.PayloadHashOffset..], PayloadHash);
        BinaryPrimitives.WriteUInt64LittleEndian(
            record[JournalLayout.ChecksumOffset..], XxHash3.HashToUInt64(record[..JournalLayout.ChecksumOffset]));
    }

    /// <summary>Null for anything but a whole record of this version.</summary>
    public static JournalRecord? TryRead(ReadOnlySpan<byte> record, long fileLength)
    {
        if (record.Length < JournalLayout.RecordLength
            || !record[..JournalLayout.Magic.Length].SequenceEqual(JournalLayout.Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(record[JournalLayout.VersionOffset..]) != JournalLayout.Version
            || BinaryPrimitives.ReadUInt64LittleEndian(record[JournalLayout.ChecksumOffset..])
                != XxHash3.HashToUInt64(record[..JournalLayout.ChecksumOffset]))
        {
            return null;
        }

        long total = BinaryPrimitives.ReadInt64LittleEndian(record[JournalLayout.TotalOffset..]);
        long bytes = BinaryPrimitives.ReadInt64LittleEndian(record[JournalLayout.BytesOffset..]);
        bool isPlausible = bytes >= 0 && bytes <= total && bytes <= fileLength - JournalLayout.PayloadOffset;
        return isPlausible
            ? new JournalRecord(
                BinaryPrimitives.ReadUInt32LittleEndian(record[JournalLayout.KindOffset..]),
                record.Slice(JournalLayout.DigestOffset, 32).ToArray(),
                total,
                bytes,
                BinaryPrimitives.ReadUInt64LittleEndian(record[JournalLayout.PayloadHashOffset..]))
            : null;
    }
}
