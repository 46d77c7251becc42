using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Contracts;

/// <summary>What a node has of a contract: its state, the contract, both or nothing.</summary>
public sealed record StoreResponse(WrappedState? State, ContractContainer? Contract)
    : IBincode<StoreResponse>, IStreamingSerialize
{
    internal static readonly Step[] Steps = [Step.Option(WrappedState.Steps), Step.Option(ContractContainer.Steps)];

    /// <summary>
    /// Reads one from bytes as they come. With the total length, when it is known, what cannot fit is refused at once.
    /// </summary>
    public static StreamingDeserializer StartDeserialize(
        IContractSink sink, DecodeLimits? limits = null, long? totalLength = null) =>
        new(Steps, new ContractFields(sink), limits ?? DecodeLimits.Default, totalLength);

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<StoreResponse>.Write(BincodeWriter to)
    {
        to.Optional(State);
        to.Optional(Contract);
    }

    static StoreResponse IBincode<StoreResponse>.Read(ref BincodeReader from) =>
        new(from.OptionalReference<WrappedState>(), from.OptionalReference<ContractContainer>());
}
