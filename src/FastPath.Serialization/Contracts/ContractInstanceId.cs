using System.Diagnostics.CodeAnalysis;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Contracts;

/// <summary>Names one contract: BLAKE3 of its code hash followed by its parameters.</summary>
public readonly record struct ContractInstanceId : IBincode<ContractInstanceId>
{
    /// <summary>Bytes.</summary>
    public const int Length = Bytes32.Length;

    internal static readonly Step[] Steps = [Step.Fixed(Field.Instance, Length)];

    private readonly Bytes32 _bytes;

    private ContractInstanceId(Bytes32 bytes) => _bytes = bytes;

    /// <summary>Takes the first 32 bytes.</summary>
    public static ContractInstanceId Read(ReadOnlySpan<byte> source) => new(Bytes32.Read(source));

    /// <summary>
    /// Reads base58. Short text stands for the leading bytes, the rest is zero; false when it is no base58 or too long.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ContractInstanceId value)
    {
        bool parsed = Bytes32.TryParse(text, out Bytes32 bytes);
        value = new ContractInstanceId(bytes);
        return parsed;
    }

    /// <summary>Writes 32 bytes.</summary>
    public void Write(Span<byte> destination) => _bytes.Write(destination);

    /// <summary>Order of the bytes: what maps are sorted by, so that equal values give equal bytes.</summary>
    internal int CompareTo(ContractInstanceId other) => _bytes.CompareTo(other._bytes);

    /// <summary>Base58.</summary>
    public override string ToString() => _bytes.ToString();

    void IBincode<ContractInstanceId>.Write(BincodeWriter to) => Write(to.Reserve(Length));

    static ContractInstanceId IBincode<ContractInstanceId>.Read(ref BincodeReader from) =>
        Read(from.RawOrZeros(Length));
}
