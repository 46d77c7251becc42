using System.Buffers.Binary;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Foreign;

/// <summary>AES-128 key under which a peer of the foreign wire wants to be written to.</summary>
internal readonly record struct SymmetricKey : IBincode<SymmetricKey>
{
    public const int Length = 16;

    public static readonly Step[] Steps = [Step.Fixed(Field.Unnamed, Length)];

    private readonly UInt128 _bytes;

    private SymmetricKey(UInt128 bytes) => _bytes = bytes;

    /// <summary>Takes the first 16 bytes.</summary>
    public static SymmetricKey Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Writes 16 bytes.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _bytes);

    /// <summary>Says nothing of the key: what is logged stays.</summary>
    public override string ToString() => "AES-128 key";

    void IBincode<SymmetricKey>.Write(BincodeWriter to) => Write(to.Reserve(Length));

    static SymmetricKey IBincode<SymmetricKey>.Read(ref BincodeReader from) => Read(from.RawOrZeros(Length));
}
