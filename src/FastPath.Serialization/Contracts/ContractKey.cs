using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>The full key of a contract: which instance, and which code it runs.</summary>
/// <remarks>
/// Layout: instance 32, code hash 32. Whether the two belong together is known only once code and parameters are there.
/// </remarks>
public readonly record struct ContractKey(ContractInstanceId Instance, CodeHash Code) : IBincode<ContractKey>
{
    /// <summary>Bytes.</summary>
    public const int Length = ContractInstanceId.Length + CodeHash.Length;

    /// <summary>A key in front of what it names.</summary>
    internal static readonly Step[] OuterSteps =
        [Step.Fixed(Field.OuterInstance, ContractInstanceId.Length), Step.Fixed(Field.OuterCode, CodeHash.Length)];

    /// <summary>A key behind code and parameters.</summary>
    internal static readonly Step[] Steps =
        [Step.Fixed(Field.KeyInstance, ContractInstanceId.Length), Step.Fixed(Field.KeyCode, CodeHash.Length)];

    /// <summary>The key of a contract with this code and these parameters; reads the parameters once.</summary>
    public static ContractKey Derive(CodeHash code, IBody parameters)
    {
        Span<byte> instance = stackalloc byte[ContractInstanceId.Length];
        KeyDerivation.HashInstance(code, parameters, instance);
        return new ContractKey(ContractInstanceId.Read(instance), code);
    }

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

    void IBincode<ContractKey>.Write(BincodeWriter to) => Write(to.Reserve(Length));

    static ContractKey IBincode<ContractKey>.Read(ref BincodeReader from) =>
        new(from.Value<ContractInstanceId>(), from.Value<CodeHash>());
}
