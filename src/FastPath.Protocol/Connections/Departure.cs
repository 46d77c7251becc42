using FastPath.Buffers.Datagrams;

namespace FastPath.Protocol.Connections;

/// <summary>What whoever sends a datagram has to know of it beside its bytes.</summary>
/// <param name="Ecn">Codepoint with which it is to leave.</param>
/// <param name="Opens">It begins a stream: somebody may wait for its first bytes.</param>
/// <param name="AtOnce">An ACK is held back until it has left: nothing is gathered behind it.</param>
/// <param name="Relays">It travels between hops of a relayed stream.</param>
internal readonly record struct Departure(EcnCodepoint Ecn, bool Opens, bool AtOnce, bool Relays);
