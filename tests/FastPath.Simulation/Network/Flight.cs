using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>A datagram on its way; the buffer is the network's and longer than the datagram.</summary>
internal readonly record struct Flight(Instant At, PeerAddress From, PeerAddress To, byte[] Buffer, int Length, EcnCodepoint Ecn);
