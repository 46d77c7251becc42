using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Operations;

/// <summary>
/// What a copy of a payload was where it ended: its length, its XXH64, and that of each of its segments, so that a difference
/// can be placed. Layout: purpose, transaction 16, code, v length, digest 8, bytes segments of 8.
/// </summary>
/// <param name="Transaction">Of the operation whose payload it is.</param>
/// <param name="Code">Why the stream ended early; None when it came whole.</param>
/// <param name="Length">Bytes that came.</param>
/// <param name="Digest">XXH64 of them.</param>
/// <param name="Segments">XXH64 of each segment of <see cref="SegmentBytes"/>; at most 64.</param>
internal sealed record ShadowDigest(UInt128 Transaction, byte Code, long Length, ulong Digest, ulong[] Segments)
{
    public const int SegmentsMax = 64;
    private const int SegmentBytesMin = 4 * 1_024;

    /// <summary>Bytes of a segment of a payload of this length: so many that there are 64 at most.</summary>
    public static long SegmentBytes(long length) =>
        Math.Max(SegmentBytesMin, (length + SegmentsMax - 1) / SegmentsMax);

    public static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out ShadowDigest? digest)
    {
        digest = null;
        var reader = new FrameReader(message);
        if (!OperationHeader.TryRead(ref reader, Purpose.ShadowDigest, out UInt128 transaction)
            || !reader.TryReadByte(out byte code)
            || !reader.TryReadOffset(out long length)
            || !reader.TryReadBytes(sizeof(ulong), out ReadOnlySpan<byte> whole)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> segments)
            || segments.Length > SegmentsMax * sizeof(ulong)
            || segments.Length % sizeof(ulong) != 0)
        {
            return false;
        }

        var values = new ulong[segments.Length / sizeof(ulong)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadUInt64LittleEndian(segments[(i * sizeof(ulong))..]);
        }

        digest = new ShadowDigest(transaction, code, length, BinaryPrimitives.ReadUInt64LittleEndian(whole), values);
        return true;
    }

    public byte[] ToBytes()
    {
        byte[] space = new byte[OperationHeader.Length + 1 + (2 * VarInt.MaxLength) + ((1 + Segments.Length) * sizeof(ulong))];
        var writer = new FrameWriter(space);
        OperationHeader.Write(ref writer, Purpose.ShadowDigest, Transaction);
        writer.WriteByte(Code);
        writer.WriteOffset(Length);
        BinaryPrimitives.WriteUInt64LittleEndian(writer.Reserve(sizeof(ulong)), Digest);
        writer.WriteVarInt((ulong)(Segments.Length * sizeof(ulong)));
        foreach (ulong segment in Segments)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(writer.Reserve(sizeof(ulong)), segment);
        }

        return space[..writer.Position];
    }
}
