using System.Buffers.Binary;

namespace FastPath.LegacyNode;

/// <summary>A cursor over bytes; past their end it stays failed and gives zeros.</summary>
internal ref struct OldReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public bool HasFailed { get; private set; }

    public readonly bool IsAtEnd => Position == _bytes.Length || HasFailed;

    public ReadOnlySpan<byte> Take(long length)
    {
        if (HasFailed || length < 0 || length > _bytes.Length - Position)
        {
            HasFailed = true;
            return [];
        }

        Position += (int)length;
        return _bytes.Slice(Position - (int)length, (int)length);
    }

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public long Int()
    {
        byte first = Byte();
        int length = 1 << (first >> 6);
        long value = first & 0x3F;
        foreach (byte next in Take(length - 1))
        {
            value = (value << 8) | next;
        }

        return HasFailed ? 0 : value;
    }

    public ReadOnlySpan<byte> Block() => Take(Int());

    public uint U32() => Take(4) is { Length: 4 } four ? BinaryPrimitives.ReadUInt32LittleEndian(four) : 0;

    public long U64() => Take(8) is { Length: 8 } eight ? BinaryPrimitives.ReadInt64LittleEndian(eight) : 0;

    public byte[] Counted() => Take(U64()).ToArray();
}
