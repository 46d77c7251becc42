using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

/// <summary>Streams on request: what an operation or a peer was opted in for is streamed at every node of its way, nothing else is.</summary>
public sealed class OptInScenarioTests
{
    private const int Size = 200_000;
    private static readonly Duration Limit = Duration.FromSeconds(120);

    [Theory]
    [InlineData(OperationFlags.None)]
    [InlineData(OperationFlags.Streaming)]
    internal void A_get_asks_every_node_of_its_way_for_a_stream_or_none(OperationFlags flags)
    {
        var mesh = new SimulatedMesh(1, new LinkModel { Loss = 0.01 }, 4, SimulatedMesh.Line(4), OnRequest());
        (ContractKey key, byte[] payload) = mesh.Store(Size, 3);
        mesh.Get(0, key, flags: flags);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Limit));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        bool isStreamed = flags == OperationFlags.Streaming;
        Assert.All(mesh.Nodes.Skip(1), node => Assert.Equal(isStreamed ? (1, 0) : (0, 1), Sent(node)));
        Assert.All([1, 2], relay => Assert.Equal(isStreamed ? 1 : 0, mesh.Nodes[relay].Core.Gets.CutThrough));
    }

    [Theory]
    [InlineData(OperationFlags.None)]
    [InlineData(OperationFlags.Streaming)]
    internal void A_put_is_streamed_at_every_node_of_its_way_or_at_none(OperationFlags flags)
    {
        var mesh = new SimulatedMesh(2, new LinkModel { Loss = 0.01 }, 2, SimulatedMesh.Line(2), OnRequest());
        (ContractKey key, byte[] payload) = mesh.Store(Size);
        mesh.PutTo(0, mesh.Link(0, 1), key, payload, flags);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts is [{ Status: OperationStatus.Done }], Limit));
        Assert.Equal(payload, mesh.Nodes[1].Host.Store[key.Instance].Payload);
        Assert.Equal(flags == OperationFlags.Streaming ? (1, 0) : (0, 1), Sent(mesh.Nodes[0]));
    }

    [Fact]
    public void Only_the_peers_that_were_opted_in_get_streams()
    {
        // 0 and 1 ask 2, which streams to 1 alone.
        var chosen = new HashSet<PeerKey>();
        var mesh = new SimulatedMesh(3, new LinkModel(), 3, [(0, 2), (1, 2)], OnRequest() with { StreamingPeers = chosen });
        chosen.Add(mesh.Nodes[1].Core.Endpoint.PublicKey);
        (ContractKey key, byte[] payload) = mesh.Store(Size, 2);
        foreach ((int node, StreamKind kind) in ((int, StreamKind)[])[(0, StreamKind.Whole), (1, StreamKind.Streaming)])
        {
            mesh.Get(node, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[node].Host.Gets is [{ Reader.IsWhole: true }], Limit));
            Assert.Equal(payload, mesh.Nodes[node].Host.Gets[0].Reader!.Bytes);
            Assert.Equal(kind, mesh.Nodes[node].Host.Gets[0].Reader!.Stream.Description!.Kind);
        }
    }

    private static OperationSettings OnRequest() => new() { Streaming = StreamingUse.OnRequest };

    private static (long Streams, long Wholes) Sent(SimulatedNode node)
    {
        StreamCounters counters = node.Core.Endpoint.StreamCounters;
        return (counters.SendsStarted - counters.SendsWhole, counters.SendsWhole);
    }
}
