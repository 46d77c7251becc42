using FastPath.Protocol.Connections;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;
using FastPath.Serialization.Operations;

namespace FastPath;

/// <summary>What both ends of a connection can do, as the handshake has told; the peer reports the same.</summary>
public sealed record NegotiatedCapabilities
{
    private readonly CapabilitySet _set;

    internal NegotiatedCapabilities(Session session)
    {
        WireVersion = session.WireVersion;
        _set = session.Negotiated;
    }

    /// <summary>The version of the wire that is spoken; 0 with an old node, which knows whole messages only.</summary>
    public int WireVersion { get; }

    /// <summary>Long contracts come as streams that are used while they arrive.</summary>
    public bool Streaming => _set.Has(Capabilities.Streaming);

    /// <summary>What is to be passed on leaves while it still comes in.</summary>
    public bool PipedForwarding => _set.Has(Capabilities.PipedForwarding);

    /// <summary>A broken transfer goes on at the first byte that is missing.</summary>
    public bool Resume => _set.Has(Capabilities.Resume);

    /// <summary>Payloads are offered before they are sent.</summary>
    public bool Offers => _set.Has(Capabilities.Offers);

    /// <summary>The receiver tells when a payload was consumed and committed.</summary>
    public bool DeliveryReports => _set.Has(Capabilities.DeliveryReports);

    /// <summary>Streams may carry proofs of their groups.</summary>
    public bool VerifiedGroups => _set.Has(Capabilities.VerifiedGroups);

    /// <summary>Contracts may come in the archived form.</summary>
    public bool ArchivedForm => _set.Has(Capabilities.ArchivedForm);

    /// <summary>All feature bits that both ends have, those of later versions included.</summary>
    public ulong Features => _set.Features;

    /// <summary>Payload ciphers that both ends have, best first; none when the peer does not say.</summary>
    public IReadOnlyList<string> Ciphers =>
        [.. Enum.GetValues<CipherSuite>().Where(suite => (_set.Ciphers >> (int)suite & 1) != 0).Select(suite => suite.ToString())];

    /// <summary>Bytes: the longest payload of a stream that both ends take.</summary>
    public long PayloadBytesMax => _set.PayloadBytesMax;

    /// <summary>Streams that each end may have unfinished at once.</summary>
    public int StreamsMax => _set.StreamsMax;

    /// <summary>The part that says how contracts are sent to this peer.</summary>
    public PeerCapabilities ForContracts => new(Streaming, PipedForwarding);

    /// <summary>For people: the version, and the features by name.</summary>
    public override string ToString()
    {
        (string Name, bool IsThere)[] all =
        [
            ("streaming", Streaming), ("piped forwarding", PipedForwarding), ("resume", Resume), ("offers", Offers),
            ("delivery reports", DeliveryReports), ("verified groups", VerifiedGroups), ("archived form", ArchivedForm),
        ];
        string[] features = [.. all.Where(feature => feature.IsThere).Select(feature => feature.Name)];
        return $"wire version {WireVersion}; {(features.Length == 0 ? "whole messages only" : string.Join(", ", features))}";
    }
}
