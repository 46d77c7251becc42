using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Operations;

/// <summary>What a peer of the network says it can do. Layout: two bools.</summary>
/// <param name="StreamingSupported">Large payloads may come as streams.</param>
/// <param name="PipedForwardingSupported">The peer forwards a stream while it is still arriving.</param>
public readonly record struct PeerCapabilities(bool StreamingSupported, bool PipedForwardingSupported)
    : IBincode<PeerCapabilities>, IStreamingSerialize
{
    internal static readonly Step[] Steps = [Step.Flag, Step.Flag];

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<PeerCapabilities>.Write(BincodeWriter to)
    {
        to.Bool(StreamingSupported);
        to.Bool(PipedForwardingSupported);
    }

    static PeerCapabilities IBincode<PeerCapabilities>.Read(ref BincodeReader from) => new(from.Bool(), from.Bool());
}
