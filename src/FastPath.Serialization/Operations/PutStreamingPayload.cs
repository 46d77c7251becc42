using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Operations;

/// <summary>What a streamed PUT carries: contract, related contracts, state.</summary>
public sealed record PutStreamingPayload(ContractContainer Contract, RelatedContracts Related, WrappedState Value)
    : IBincode<PutStreamingPayload>, IStreamingSerialize
{
    internal static readonly Step[] Steps =
        [.. ContractContainer.Steps, .. RelatedContracts.Steps, .. WrappedState.Steps];

    /// <summary>
    /// Reads one from bytes as they come. With the total length, when it is known, what cannot fit is refused at once.
    /// </summary>
    public static StreamingDeserializer StartDeserialize(
        IContractSink sink, DecodeLimits? limits = null, long? totalLength = null) =>
        new(Steps, new ContractFields(sink), limits ?? DecodeLimits.Default, totalLength);

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<PutStreamingPayload>.Write(BincodeWriter to)
    {
        to.Value(Contract);
        to.Value(Related);
        to.Value(Value);
    }

    static PutStreamingPayload IBincode<PutStreamingPayload>.Read(ref BincodeReader from) =>
        new(from.Value<ContractContainer>(), from.Value<RelatedContracts>(), from.Value<WrappedState>());
}
