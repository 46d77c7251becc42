using System.Buffers.Binary;

namespace FastPath.Serialization.Contracts;

/// <summary>
/// 32 bytes as a value: compared, ordered and hashed without a heap array. The stuff hashes and keys are made of.
/// </summary>
internal readonly record struct Bytes32(ulong A, ulong B, ulong C, ulong D) : IComparable<Bytes32>
{
    public const int Length = 32;

    // Big-endian, so that the order of the numbers is the order of the bytes.
    public static Bytes32 Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64BigEndian(source),
        BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(source[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(source[24..]));

    /// <summary>
    /// Reads base58 text. Short input is left-aligned in zero bytes, as the network does; only text that decodes
    /// to more than 32 bytes or holds a character outside the alphabet is refused.
    /// </summary>
    public static bool TryParse(string? text, out Bytes32 value)
    {
        value = default;
        if (text is null || !Base58.TryDecode(text, out byte[]? decoded) || decoded.Length > Length)
        {
            return false;
        }

        Span<byte> aligned = stackalloc byte[Length];
        aligned.Clear();
        decoded.CopyTo(aligned);
        value = Read(aligned);
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, A);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], D);
    }

    public int CompareTo(Bytes32 other) => (A, B, C, D).CompareTo((other.A, other.B, other.C, other.D));

    /// <summary>Base58.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Write(bytes);
        return Base58.Encode(bytes);
    }
}
