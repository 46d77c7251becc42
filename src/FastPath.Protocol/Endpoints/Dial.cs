using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>An initiation of ours that waits for message 2; every retry sends the same bytes.</summary>
internal sealed class Dial(PeerKey peer, PeerAddress address, uint localIndex, NoiseIkHandshake handshake) : IDisposable
{
    public PeerKey Peer { get; } = peer;

    public PeerAddress Address { get; } = address;

    public uint LocalIndex { get; } = localIndex;

    public NoiseIkHandshake Handshake { get; } = handshake;

    public byte[] MessageOne { get; } = new byte[HandshakeLayout.MessageOneLength];

    public Instant Deadline { get; init; }

    public Instant RetryAt { get; set; }

    public Duration RetryPause { get; set; }

    public void Dispose() => Handshake.Dispose();
}
