using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>A delegate ready to run: parameters, code, key. The one known form is WebAssembly, version 1.</summary>
/// <remarks>
/// Layout: variant u32 (0), version u32 (0), parameters (length, bytes), code (length, bytes, hash), key. Unlike in a
/// contract the parameters come first.
/// </remarks>
public sealed record DelegateContainer(Parameters Parameters, ContractCode Code, DelegateKey Key)
    : IBincode<DelegateContainer>, IStreamingSerialize
{
    internal static readonly Step[] Steps =
        [Step.Choice([Step.Choice([.. Parameters.Steps, .. ContractCode.Steps, .. DelegateKey.Steps])])];

    /// <summary>Computes hash and key: one pass over code and parameters.</summary>
    public static DelegateContainer FromCode(IBody code, IBody parameters)
    {
        ContractCode hashed = ContractCode.FromCode(code);
        return new DelegateContainer(new Parameters(parameters), hashed, DelegateKey.Derive(hashed.Hash, parameters));
    }

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<DelegateContainer>.Write(BincodeWriter to)
    {
        to.Variant(0);
        to.Variant(0);
        to.Value(Parameters);
        to.Value(Code);
        to.Value(Key);
    }

    static DelegateContainer IBincode<DelegateContainer>.Read(ref BincodeReader from)
    {
        from.Variant(1);
        from.Variant(1);
        return new(from.Value<Parameters>(), from.Value<ContractCode>(), from.Value<DelegateKey>());
    }
}
