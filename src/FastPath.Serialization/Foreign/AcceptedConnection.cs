using FastPath.Serialization.Bincode;
using FastPath.Serialization.Operations;

namespace FastPath.Serialization.Foreign;

/// <summary>How a peer accepts: its own inbound key, and the address under which it sees the other.</summary>
/// <remarks>Layout: in that order.</remarks>
internal readonly record struct AcceptedConnection(SymmetricKey InboundKey, WireAddress ObservedAddress)
    : IBincode<AcceptedConnection>
{
    public static readonly Step[] Steps = [.. SymmetricKey.Steps, .. WireAddress.Steps];

    public void Write(BincodeWriter to)
    {
        to.Value(InboundKey);
        to.Value(ObservedAddress);
    }

    public static AcceptedConnection Read(ref BincodeReader from) =>
        new(from.Value<SymmetricKey>(), from.Value<WireAddress>());
}
