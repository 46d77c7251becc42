using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>What the network turns: an endpoint alone, or a whole node.</summary>
internal interface ISimulatedNode
{
    Instant NextTimeout { get; }

    /// <summary>Codepoint with which the datagram that was polled last leaves.</summary>
    EcnCodepoint TransmitEcn { get; }

    void HandleDatagram(Instant now, PeerAddress from, Span<byte> datagram, EcnCodepoint ecn);

    void HandleTimeout(Instant now);

    /// <summary>What it sent was too long for its own system.</summary>
    void HandleRefused(Instant now, PeerAddress to, ReadOnlySpan<byte> datagram);

    bool TryPollTransmit(Instant now, Span<byte> buffer, out int length, out PeerAddress to);
}
