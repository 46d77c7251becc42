using FastPath.Protocol.Connections;
using FastPath.Protocol.Handshakes;

namespace FastPath.Protocol.Endpoints;

/// <summary>How a dial ended: exactly one for each call of <see cref="Endpoint.Dial"/>.</summary>
internal readonly record struct DialResult(
    PeerKey Peer, Connection? Connection, CloseCode Failure, HandshakeStatus Status, byte PeerVersionMin, byte PeerVersionMax);
