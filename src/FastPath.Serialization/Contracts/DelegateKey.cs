using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>The full key of a delegate: BLAKE3 of code hash and parameters, and the code hash itself.</summary>
/// <remarks>Layout: key 32, code hash 32.</remarks>
public readonly record struct DelegateKey : IBincode<DelegateKey>
{
    /// <summary>Bytes.</summary>
    public const int Length = Bytes32.Length + CodeHash.Length;

    internal static readonly Step[] Steps =
        [Step.Fixed(Field.KeyInstance, Bytes32.Length), Step.Fixed(Field.KeyCode, CodeHash.Length)];

    private readonly Bytes32 _key;

    private DelegateKey(Bytes32 key, CodeHash code)
    {
        _key = key;
        Code = code;
    }

    /// <summary>Hash of the code.</summary>
    public CodeHash Code { get; }

    /// <summary>The key of a delegate with this code and these parameters; reads the parameters once.</summary>
    public static DelegateKey Derive(CodeHash code, IBody parameters)
    {
        Span<byte> key = stackalloc byte[Bytes32.Length];
        KeyDerivation.HashInstance(code, parameters, key);
        return new DelegateKey(Bytes32.Read(key), code);
    }

    /// <summary>Takes the first 64 bytes.</summary>
    public static DelegateKey Read(ReadOnlySpan<byte> source) =>
        new(Bytes32.Read(source), CodeHash.Read(source[Bytes32.Length..]));

    /// <summary>Writes 64 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        _key.Write(destination);
        Code.Write(destination[Bytes32.Length..]);
    }

    /// <summary>Base58 of the first half, which alone names the delegate.</summary>
    public override string ToString() => _key.ToString();

    void IBincode<DelegateKey>.Write(BincodeWriter to) => Write(to.Reserve(Length));

    static DelegateKey IBincode<DelegateKey>.Read(ref BincodeReader from) =>
        new(Bytes32.Read(from.RawOrZeros(Bytes32.Length)), from.Value<CodeHash>());
}
