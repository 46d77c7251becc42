using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Contracts;

/// <summary>Parameters of a contract or delegate: with its code they make its key.</summary>
public sealed class Parameters(IBody bytes) : ByteString(bytes), IBincode<Parameters>
{
    internal static readonly Step[] Steps = [Step.Bytes(Field.Parameters)];

    void IBincode<Parameters>.Write(BincodeWriter to) => to.Body(Bytes);

    static Parameters IBincode<Parameters>.Read(ref BincodeReader from) => new(from.Body());
}
