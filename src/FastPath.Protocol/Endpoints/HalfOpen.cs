using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>An initiation of a peer that was answered and waits for its first transport packet.</summary>
/// <param name="MessageOne">Fingerprint of message 1: a repeated one gets the identical answer.</param>
internal sealed record HalfOpen(
    PeerAddress Address, UInt128 MessageOne, byte[] MessageTwo, Session? Session, Instant ExpiresAt);
