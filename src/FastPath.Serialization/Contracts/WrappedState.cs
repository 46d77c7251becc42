using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>State of a contract as nodes keep and send it.</summary>
public sealed class WrappedState(IBody bytes) : ByteString(bytes), IBincode<WrappedState>
{
    void IBincode<WrappedState>.Write(BincodeWriter to) => to.Body(Bytes);

    static WrappedState IBincode<WrappedState>.Read(ref BincodeReader from) => new(from.Body());
}
