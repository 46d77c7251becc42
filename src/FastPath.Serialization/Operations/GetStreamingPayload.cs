using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Operations;

/// <summary>
/// What a streamed GET answers: the key first, then state and contract as far as they were asked for.
/// </summary>
public sealed record GetStreamingPayload(ContractKey Key, StoreResponse Value)
    : IBincode<GetStreamingPayload>, IStreamingSerialize
{
    internal static readonly Step[] Steps = [.. ContractKey.OuterSteps, .. StoreResponse.Steps];

    /// <summary>
    /// Reads one from bytes as they come. With the total length, when it is known, what cannot fit is refused at once.
    /// </summary>
    public static StreamingDeserializer StartDeserialize(
        IContractSink sink, DecodeLimits? limits = null, long? totalLength = null) =>
        new(Steps, new ContractFields(sink), limits ?? DecodeLimits.Default, totalLength);

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<GetStreamingPayload>.Write(BincodeWriter to)
    {
        to.Value(Key);
        to.Value(Value);
    }

    static GetStreamingPayload IBincode<GetStreamingPayload>.Read(ref BincodeReader from) =>
        new(from.Value<ContractKey>(), from.Value<StoreResponse>());
}
