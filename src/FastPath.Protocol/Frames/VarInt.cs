using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace FastPath.Protocol.Frames;

/// <summary>Variable-length integers of RFC 9000, section 16: 1, 2, 4 or 8 bytes, values to 2^62 - 1.</summary>
internal static class VarInt
{
    public const ulong MaxValue = (1UL << 62) - 1;
    public const int MaxLength = 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthOf(ulong value) => value switch
    {
        <= 0x3F => 1,
        <= 0x3FFF => 2,
        <= 0x3FFF_FFFF => 4,
        _ => 8,
    };

    public static bool TryRead(ReadOnlySpan<byte> source, out ulong value, out int length)
    {
        value = 0;
        length = 0;
        if (source.IsEmpty)
        {
            return false;
        }

        length = 1 << (source[0] >> 6);
        if (source.Length < length)
        {
            return false;
        }

        value = length switch
        {
            1 => source[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(source) & 0x3FFFU,
            4 => BinaryPrimitives.ReadUInt32BigEndian(source) & 0x3FFF_FFFFU,
            _ => BinaryPrimitives.ReadUInt64BigEndian(source) & MaxValue,
        };
        return true;
    }

    public static int Write(Span<byte> destination, ulong value)
    {
        int length = LengthOf(value);
        switch (length)
        {
            case 1:
                destination[0] = (byte)value;
                break;
            case 2:
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)(value | 0x4000));
                break;
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)value | 0x8000_0000);
                break;
            default:
                BinaryPrimitives.WriteUInt64BigEndian(destination, value | 0xC000_0000_0000_0000);
                break;
        }

        return length;
    }
}
