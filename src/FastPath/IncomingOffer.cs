using FastPath.Protocol.Streams;

namespace FastPath;

/// <summary>A stream that a peer offers before it sends a byte of it.</summary>
public sealed class IncomingOffer
{
    private readonly StreamOffer _offer;

    internal IncomingOffer(FastPathPeer peer, StreamOffer offer)
    {
        Peer = peer;
        _offer = offer;
    }

    /// <summary>Who offers it.</summary>
    public FastPathPeer Peer { get; }

    /// <summary>Names the transfer at both ends.</summary>
    public UInt128 TransferId => _offer.Description.TransferId;

    /// <summary>Bytes of the whole payload.</summary>
    public long TotalLength => _offer.Description.TotalLength;

    /// <summary>BLAKE3 of the whole payload: 32 bytes.</summary>
    public ReadOnlyMemory<byte> Digest => _offer.Description.Digest;

    /// <summary>What the peer says about it; at most 899 bytes.</summary>
    public ReadOnlyMemory<byte> Metadata => _offer.Description.Metadata.Length > 0 ? _offer.Description.Metadata[1..] : default;
}
