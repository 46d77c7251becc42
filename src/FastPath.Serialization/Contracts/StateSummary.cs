using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>A digest of a state, from which the contract computes a delta.</summary>
public sealed class StateSummary(IBody bytes) : ByteString(bytes), IBincode<StateSummary>
{
    internal static readonly Step[] Steps = [Step.Bytes(Field.Summary)];

    void IBincode<StateSummary>.Write(BincodeWriter to) => to.Body(Bytes);

    static StateSummary IBincode<StateSummary>.Read(ref BincodeReader from) => new(from.Body());
}
