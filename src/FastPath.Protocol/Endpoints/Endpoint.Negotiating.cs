using FastPath.Protocol.Handshakes;

namespace FastPath.Protocol.Endpoints;

/// <summary>What a session is to have in common: each end reckons it from both payloads, and both come to the same.</summary>
internal sealed partial class Endpoint
{
    /// <summary>Null for a node that speaks the oldest version only: such a node knows of no capabilities.</summary>
    private CapabilitySet? OwnCapabilities => _settings.WireVersionMax == HandshakeLayout.VersionOfOldNodes ? null : new CapabilitySet
    {
        Features = _settings.Capabilities,
        Ciphers = CapabilitySet.CipherBits(CipherOffers()),
        PayloadBytesMax = _settings.Connection.Streams.PayloadBytesMax,
        StreamsMax = _settings.Connection.Streams.StreamsMax,
    };

    private bool HasVersionFor(in HandshakePayload peer) =>
        peer.VersionMin <= _settings.WireVersionMax && peer.VersionMax >= _settings.WireVersionMin;

    private byte VersionWith(in HandshakePayload peer) => Math.Min(peer.VersionMax, _settings.WireVersionMax);

    private CapabilitySet NegotiateWith(in HandshakePayload peer) =>
        VersionWith(in peer) == HandshakeLayout.VersionOfOldNodes || OwnCapabilities is not { } own
            ? CapabilitySet.None
            : own.With(peer.Capabilities ?? CapabilitySet.None);
}
