using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>A contract ready to run: code, parameters, key. The one known form is WebAssembly, version 1.</summary>
/// <remarks>
/// Layout: variant u32 (0), version u32 (0), code (length, bytes, hash), parameters (length, bytes), key. Read from the
/// wire, hash and key are only claims: see <see cref="HasValidKey"/>.
/// </remarks>
public sealed record ContractContainer(ContractCode Code, Parameters Parameters, ContractKey Key)
    : IBincode<ContractContainer>, IStreamingSerialize
{
    internal static readonly Step[] Steps =
        [Step.Choice([Step.Choice([.. ContractCode.Steps, .. Parameters.Steps, .. ContractKey.Steps])])];

    /// <summary>Computes hash and key: one pass over code and parameters.</summary>
    public static ContractContainer FromCode(IBody code, IBody parameters)
    {
        ContractCode hashed = ContractCode.FromCode(code);
        return new ContractContainer(hashed, new Parameters(parameters), ContractKey.Derive(hashed.Hash, parameters));
    }

    /// <summary>Whether hash and key are those of the code and the parameters. Reads both once.</summary>
    public bool HasValidKey()
    {
        CodeHash hash = KeyDerivation.HashCode(Code.Data);
        return Code.Hash == hash && Key == ContractKey.Derive(hash, Parameters.Bytes);
    }

    /// <summary>
    /// Reads one from bytes as they come. With the total length, when it is known, what cannot fit is refused at once.
    /// </summary>
    public static StreamingDeserializer StartDeserialize(
        IContractSink sink, DecodeLimits? limits = null, long? totalLength = null) =>
        new(Steps, new ContractFields(sink), limits ?? DecodeLimits.Default, totalLength);

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<ContractContainer>.Write(BincodeWriter to)
    {
        to.Variant(0);
        to.Variant(0);
        to.Value(Code);
        to.Value(Parameters);
        to.Value(Key);
    }

    static ContractContainer IBincode<ContractContainer>.Read(ref BincodeReader from)
    {
        from.Variant(1);
        from.Variant(1);
        return new(from.Value<ContractCode>(), from.Value<Parameters>(), from.Value<ContractKey>());
    }
}
