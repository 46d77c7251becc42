using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Nodes;

/// <summary>A whole node at an address of the simulated network.</summary>
internal sealed class SimulatedNode : ISimulatedNode
{
    public SimulatedNode(
        SimulatedNetwork world,
        int number,
        ulong seed,
        EndpointSettings? endpointSettings = null,
        OperationSettings? operationSettings = null)
    {
        byte[] key = new byte[32];
        new SeededRandom(seed + ((ulong)number * 7_919)).Fill(key);
        Address = PeerAddress.FromIPv4(0x0A000001 + (uint)number, 7_000);
        Host = new SimulatedHost(world, operationSettings ?? OperationSettings.Default);
        var endpoint = new Endpoint(
            endpointSettings ?? EndpointSettings.Default, key, new SeededRandom(seed + (ulong)number + world.Random.NextUInt64()));
        Core = new NodeCore(endpoint, operationSettings ?? OperationSettings.Default, Host);
        Host.Core = Core;
        world.Place(Address, this);
    }

    public PeerAddress Address { get; }

    public NodeCore Core { get; }

    public SimulatedHost Host { get; }

    public Instant NextTimeout => Core.NextTimeout;

    public bool IsLinkedTo(SimulatedNode other) =>
        Core.Endpoint.Find(other.Core.Endpoint.PublicKey) is { IsConfirmed: true };

    public EcnCodepoint TransmitEcn => Core.Endpoint.Departure.Ecn;

    public void HandleDatagram(Instant now, PeerAddress from, Span<byte> datagram, EcnCodepoint ecn) =>
        Core.Endpoint.HandleDatagram(now, from, datagram, ecn);

    public void HandleTimeout(Instant now) => Core.HandleTimeout(now);

    public void HandleRefused(Instant now, PeerAddress to, ReadOnlySpan<byte> datagram) =>
        Core.Endpoint.TryHandleRefused(now, to, datagram, datagram.Length);

    public bool TryPollTransmit(Instant now, Span<byte> buffer, out int length, out PeerAddress to)
    {
        Core.HandleEvents(now);
        if (Core.Endpoint.TryPollTransmit(now, buffer, out length, out to))
        {
            return true;
        }

        TurnInvariant.Check(Core.Endpoint, now);
        return false;
    }
}
