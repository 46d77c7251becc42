using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

/// <summary>A next node that takes no payload of that length: this side knows before anything is sent.</summary>
public sealed class TooLongForNextTests
{
    private const int PayloadBytes = 400_000;

    [Theory]
    [Trait("Scenario", "P8")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_put_that_cannot_be_offered_onward_ends_and_leaves_nothing(bool isOffered)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var operations = new OperationSettings { OfferBytesMin = isOffered ? 0 : long.MaxValue };
            var mesh = new SimulatedMesh(seed, new LinkModel(), 2, SimulatedMesh.Line(2), operations);
            SimulatedNode narrow = AddNarrow(mesh, seed, operations);
            (ContractKey key, byte[] payload) = KeyFor(mesh, narrow);
            mesh.Put(0, key, payload);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Duration.FromSeconds(200)), $"seed {seed}: no end");
            Assert.Equal(OperationStatus.Unavailable, mesh.Nodes[0].Host.Puts[0].Status);
            Assert.Equal(payload, mesh.Nodes[1].Host.Store[key.Instance].Payload);
            mesh.World.RunFor(Duration.FromSeconds(3));
            Assert.Null(mesh.Leftovers());
        }
    }

    /// <summary>Behind node 1.</summary>
    private static SimulatedNode AddNarrow(SimulatedMesh mesh, ulong seed, OperationSettings operations)
    {
        StreamSettings streams = StreamSettings.Default with { PayloadBytesMax = PayloadBytes / 2 };
        EndpointSettings settings = EndpointSettings.Default with { Connection = ConnectionSettings.Default with { Streams = streams } };
        var narrow = new SimulatedNode(mesh.World, 2, seed, settings, operations);
        mesh.Nodes[1].Core.Endpoint.Dial(mesh.World.Now, narrow.Core.Endpoint.PublicKey, narrow.Address);
        Assert.True(mesh.World.RunUntil(
            () => mesh.Nodes[1].IsLinkedTo(narrow) && narrow.IsLinkedTo(mesh.Nodes[1]), Duration.FromSeconds(60)));
        return narrow;
    }

    /// <summary>One that belongs to the narrow node most, and to node 1 more than to node 0.</summary>
    private static (ContractKey Key, byte[] Payload) KeyFor(SimulatedMesh mesh, SimulatedNode narrow)
    {
        while (true)
        {
            (ContractKey key, byte[] payload) = mesh.Store(PayloadBytes);
            ulong[] scores = [.. mesh.Nodes.Append(narrow).Select(n => RendezvousRouter.Score(key.Instance, n.Core.Endpoint.PublicKey))];
            if (scores[0] < scores[1] && scores[1] < scores[2])
            {
                return (key, payload);
            }
        }
    }
}
