using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Operations;

/// <summary>Public X25519 key of a node as messages carry it.</summary>
/// <remarks>Layout: length u64 (32), key 32. A byte string, unlike the hashes.</remarks>
public readonly record struct TransportPublicKey : IBincode<TransportPublicKey>, IStreamingSerialize
{
    /// <summary>Bytes of the key alone.</summary>
    public const int Length = Bytes32.Length;

    internal static readonly Step[] Steps = [Step.Counted(Field.Unnamed, Length)];

    private readonly Bytes32 _bytes;

    private TransportPublicKey(Bytes32 bytes) => _bytes = bytes;

    /// <summary>Takes the first 32 bytes.</summary>
    public static TransportPublicKey Read(ReadOnlySpan<byte> source) => new(Bytes32.Read(source));

    /// <summary>Writes the 32 bytes of the key.</summary>
    public void Write(Span<byte> destination) => _bytes.Write(destination);

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    /// <summary>Base58.</summary>
    public override string ToString() => _bytes.ToString();

    void IBincode<TransportPublicKey>.Write(BincodeWriter to)
    {
        to.Length(Length);
        Write(to.Reserve(Length));
    }

    static TransportPublicKey IBincode<TransportPublicKey>.Read(ref BincodeReader from)
    {
        ReadOnlySpan<byte> key = from.ByteString(out int start);
        if (key.Length == Length)
        {
            return Read(key);
        }

        from.Fail(BincodeErrorKind.InvalidValue, start);
        return default;
    }
}
