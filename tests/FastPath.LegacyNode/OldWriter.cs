using System.Buffers.Binary;

namespace FastPath.LegacyNode;

/// <summary>Bytes that grow: variable-length integers for frames, fixed little-endian ones for bincode.</summary>
internal sealed class OldWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public OldWriter Byte(int value)
    {
        _bytes.Add((byte)value);
        return this;
    }

    public OldWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>RFC 9000, section 16.</summary>
    public OldWriter Int(long value)
    {
        Span<byte> eight = stackalloc byte[8];
        int length = value < 1 << 6 ? 1 : value < 1 << 14 ? 2 : value < 1 << 30 ? 4 : 8;
        int prefix = length == 1 ? 0 : length == 2 ? 1 : length == 4 ? 2 : 3;
        BinaryPrimitives.WriteUInt64BigEndian(eight, ((ulong)prefix << ((length * 8) - 2)) | (ulong)value);
        return Bytes(eight[(8 - length)..]);
    }

    /// <summary>A length as in frames, then the bytes.</summary>
    public OldWriter Block(ReadOnlySpan<byte> bytes) => Int(bytes.Length).Bytes(bytes);

    public OldWriter U32(uint value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        return Bytes(four);
    }

    public OldWriter U64(long value)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(eight, value);
        return Bytes(eight);
    }

    /// <summary>A length as in bincode, then the bytes.</summary>
    public OldWriter Counted(ReadOnlySpan<byte> bytes) => U64(bytes.Length).Bytes(bytes);
}
