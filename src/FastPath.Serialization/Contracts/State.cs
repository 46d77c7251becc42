using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>State of a contract as the contract sees it.</summary>
public sealed class State(IBody bytes) : ByteString(bytes), IBincode<State>
{
    internal static readonly Step[] Steps = [Step.Bytes(Field.State)];

    void IBincode<State>.Write(BincodeWriter to) => to.Body(Bytes);

    static State IBincode<State>.Read(ref BincodeReader from) => new(from.Body());
}
