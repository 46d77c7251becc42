using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>State of a contract as nodes keep and send it.</summary>
public sealed class WrappedState(IBody bytes) : ByteString(bytes), IBincode<WrappedState>
{
    internal static readonly Step[] Steps = [Step.Bytes(Field.State)];

    /// <summary>
    /// Reads one from bytes as they come. With the total length, when it is known, what cannot fit is refused at once.
    /// </summary>
    public static StreamingDeserializer StartDeserialize(
        IContractSink sink, DecodeLimits? limits = null, long? totalLength = null) =>
        new(Steps, new ContractFields(sink), limits ?? DecodeLimits.Default, totalLength);

    void IBincode<WrappedState>.Write(BincodeWriter to) => to.Body(Bytes);

    static WrappedState IBincode<WrappedState>.Read(ref BincodeReader from) => new(from.Body());
}
