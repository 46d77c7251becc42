using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Connections;

/// <summary>What a handshake agreed: keys of both directions, indices, and who the peer is.</summary>
internal sealed class Session : IDisposable
{
    private readonly byte[] _peerResetToken = new byte[StatelessResetToken.Length];

    public Session(
        NoiseIkHandshake handshake, bool isInitiator, PacketCipher cipher, RekeyLimits rekeyLimits, Instant now)
    {
        IsInitiator = isInitiator;
        Cipher = cipher;
        PeerKey = PeerKey.Read(handshake.RemoteStaticKey);
        Span<byte> toResponder = stackalloc byte[PhaseKey.SecretLength];
        Span<byte> toInitiator = stackalloc byte[PhaseKey.SecretLength];
        handshake.Split(toResponder, toInitiator);
        Sealer = new PacketSealer(cipher, isInitiator ? toResponder : toInitiator, rekeyLimits, now);
        Opener = new PacketOpener(cipher, isInitiator ? toInitiator : toResponder);
        toResponder.Clear();
        toInitiator.Clear();
    }

    public bool IsInitiator { get; }

    public PacketCipher Cipher { get; }

    public PacketSealer Sealer { get; }

    public PacketOpener Opener { get; }

    public PeerKey PeerKey { get; }

    public required PeerAddress PeerAddress { get; init; }

    public required uint LocalIndex { get; init; }

    public required uint RemoteIndex { get; init; }

    public required NodeRole PeerRole { get; init; }

    /// <summary>The highest wire version that both sides speak.</summary>
    public required byte WireVersion { get; init; }

    /// <summary>The peer knows whole messages only, and none of the frames that were added since.</summary>
    public bool IsWithOldNode => WireVersion == HandshakeLayout.VersionOfOldNodes;

    /// <summary>What both sides can do: the peer reports the same.</summary>
    public required CapabilitySet Negotiated { get; init; }

    /// <summary>Features that both sides have.</summary>
    public ulong Capabilities => Negotiated.Features;

    /// <summary>16 bytes that prove the peer lost this session; all zero when it gave none.</summary>
    public ReadOnlySpan<byte> PeerResetToken
    {
        get => _peerResetToken;
        init => value.CopyTo(_peerResetToken);
    }

    public void Dispose()
    {
        Sealer.Dispose();
        Opener.Dispose();
    }
}
