using System.Buffers.Binary;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Foreign;

/// <summary>Which release of the foreign software a peer runs, and the oldest one it talks to.</summary>
/// <remarks>
/// Layout, 8 bytes: FF, major, minor, patch u16, oldest patch u16 (big-endian, of the same major and minor), 01.
/// Without the FF or with a last byte of zero it is the old form: major, minor, patch, zeros. All 8 bytes are kept.
/// </remarks>
internal readonly record struct ForeignVersion : IBincode<ForeignVersion>
{
    public const int Length = sizeof(ulong);

    public static readonly Step[] Steps = [Step.Fixed(Field.Unnamed, Length)];

    private const byte NewFormMark = 0xFF;
    private const byte NewFormEnd = 1;

    // Big-endian: the first byte is the highest.
    private readonly ulong _bytes;

    private ForeignVersion(ulong bytes) => _bytes = bytes;

    public bool IsNewForm => ByteAt(0) == NewFormMark && ByteAt(Length - 1) != 0;

    public byte Major => IsNewForm ? ByteAt(1) : ByteAt(0);

    public byte Minor => IsNewForm ? ByteAt(2) : ByteAt(1);

    public ushort Patch => IsNewForm ? (ushort)(_bytes >> 24) : ByteAt(2);

    /// <summary>Oldest patch of the same major and minor that the peer talks to; null in the old form.</summary>
    public ushort? OldestPatch => IsNewForm ? (ushort)(_bytes >> 8) : null;

    /// <summary>In the new form.</summary>
    public static ForeignVersion Create(byte major, byte minor, ushort patch, ushort oldestPatch) => new(
        ((ulong)NewFormMark << 56) | ((ulong)major << 48) | ((ulong)minor << 40)
        | ((ulong)patch << 24) | ((ulong)oldestPatch << 8) | NewFormEnd);

    /// <summary>Takes the first 8 bytes; any are a version.</summary>
    public static ForeignVersion Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt64BigEndian(source));

    /// <summary>Writes 8 bytes.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, _bytes);

    public override string ToString() => $"{Major}.{Minor}.{Patch}";

    void IBincode<ForeignVersion>.Write(BincodeWriter to) => Write(to.Reserve(Length));

    static ForeignVersion IBincode<ForeignVersion>.Read(ref BincodeReader from) => Read(from.RawOrZeros(Length));

    private byte ByteAt(int index) => (byte)(_bytes >> (8 * (Length - 1 - index)));
}
