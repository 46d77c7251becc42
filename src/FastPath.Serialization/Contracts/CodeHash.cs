using System.Diagnostics.CodeAnalysis;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Contracts;

/// <summary>BLAKE3 of the code of a contract or delegate.</summary>
public readonly record struct CodeHash : IBincode<CodeHash>
{
    /// <summary>Bytes.</summary>
    public const int Length = Bytes32.Length;

    internal static readonly Step[] Steps = [Step.Fixed(Field.CodeHash, Length)];

    private readonly Bytes32 _bytes;

    private CodeHash(Bytes32 bytes) => _bytes = bytes;

    /// <summary>Takes the first 32 bytes.</summary>
    public static CodeHash Read(ReadOnlySpan<byte> source) => new(Bytes32.Read(source));

    /// <summary>
    /// Reads base58. Short text stands for the leading bytes, the rest is zero; false when it is no base58 or too long.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CodeHash value)
    {
        bool parsed = Bytes32.TryParse(text, out Bytes32 bytes);
        value = new CodeHash(bytes);
        return parsed;
    }

    /// <summary>Writes 32 bytes.</summary>
    public void Write(Span<byte> destination) => _bytes.Write(destination);

    /// <summary>Base58.</summary>
    public override string ToString() => _bytes.ToString();

    void IBincode<CodeHash>.Write(BincodeWriter to) => Write(to.Reserve(Length));

    static CodeHash IBincode<CodeHash>.Read(ref BincodeReader from) => Read(from.RawOrZeros(Length));
}
