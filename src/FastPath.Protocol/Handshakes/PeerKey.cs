using System.Buffers.Binary;

namespace FastPath.Protocol.Handshakes;

/// <summary>A static public key as a value that can be compared and looked up.</summary>
internal readonly record struct PeerKey(ulong A, ulong B, ulong C, ulong D)
{
    public const int Length = 32;

    public static PeerKey Read(ReadOnlySpan<byte> key) => new(
        BinaryPrimitives.ReadUInt64BigEndian(key),
        BinaryPrimitives.ReadUInt64BigEndian(key[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(key[16..]),
        BinaryPrimitives.ReadUInt64BigEndian(key[24..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, A);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], D);
    }

    /// <summary>Order of the key bytes: decides a simultaneous open (decision D5).</summary>
    public bool IsSmallerThan(PeerKey other) => (A, B, C, D).CompareTo((other.A, other.B, other.C, other.D)) < 0;
}
