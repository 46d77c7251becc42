using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>What changes one state into another; only the contract can read it.</summary>
public sealed class StateDelta(IBody bytes) : ByteString(bytes), IBincode<StateDelta>
{
    internal static readonly Step[] Steps = [Step.Bytes(Field.Delta)];

    void IBincode<StateDelta>.Write(BincodeWriter to) => to.Body(Bytes);

    static StateDelta IBincode<StateDelta>.Read(ref BincodeReader from) => new(from.Body());
}
