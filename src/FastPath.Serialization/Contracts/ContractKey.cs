namespace FastPath.Serialization.Contracts;

/// <summary>The full key of a contract: which instance, and which code it runs.</summary>
/// <remarks>
/// Layout: instance 32, code hash 32. Whether the two belong together is known only once code and parameters are there.
/// </remarks>
public readonly record struct ContractKey(ContractInstanceId Instance, CodeHash Code)
{
    /// <summary>Bytes.</summary>
    public const int Length = ContractInstanceId.Length + CodeHash.Length;

    /// <summary>Takes the first 64 bytes.</summary>
    public static ContractKey Read(ReadOnlySpan<byte> source) =>
        new(ContractInstanceId.Read(source), CodeHash.Read(source[ContractInstanceId.Length..]));

    /// <summary>Writes 64 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        Instance.Write(destination);
        Code.Write(destination[ContractInstanceId.Length..]);
    }

    /// <summary>Base58 of the instance, which alone names the contract.</summary>
    public override string ToString() => Instance.ToString();
}
