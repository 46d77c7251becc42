using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>An endpoint without operations.</summary>
internal sealed class EndpointNode(Endpoint endpoint) : ISimulatedNode
{
    public Instant NextTimeout => endpoint.NextTimeout;

    public EcnCodepoint TransmitEcn => endpoint.Departure.Ecn;

    public void HandleDatagram(Instant now, PeerAddress from, Span<byte> datagram, EcnCodepoint ecn) =>
        endpoint.HandleDatagram(now, from, datagram, ecn);

    public void HandleTimeout(Instant now) => endpoint.HandleTimeout(now);

    public void HandleRefused(Instant now, PeerAddress to, ReadOnlySpan<byte> datagram) =>
        endpoint.TryHandleRefused(now, to, datagram, datagram.Length);

    public bool TryPollTransmit(Instant now, Span<byte> buffer, out int length, out PeerAddress to)
    {
        if (endpoint.TryPollTransmit(now, buffer, out length, out to))
        {
            return true;
        }

        TurnInvariant.Check(endpoint, now);
        return false;
    }
}
