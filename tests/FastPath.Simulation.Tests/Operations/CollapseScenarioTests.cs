using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

/// <summary>Requests for one key that meet at a node share one transfer, and never wait for each other in a ring.</summary>
public sealed class CollapseScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(120);

    [Theory]
    [InlineData(1_000)]
    [InlineData(500_000)]
    public void Requests_of_one_node_for_one_key_are_served_by_one_transfer(int size)
    {
        var mesh = new SimulatedMesh(1, new LinkModel { Loss = 0.01 }, 3, SimulatedMesh.Line(3));
        (ContractKey key, byte[] payload) = mesh.Store(size, 2);
        int served = 0;
        mesh.Nodes[2].Host.OnServing = _ => served++;
        for (int i = 0; i < 10; i++)
        {
            mesh.Get(0, key);
        }

        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Count(g => g.Reader is { IsWhole: true }) == 10, Limit));
        Assert.All(mesh.Nodes[0].Host.Gets, got => Assert.Equal(payload, got.Reader!.Bytes));
        Assert.Equal(10, mesh.Nodes[0].Host.Gets.Select(g => g.Transaction).Distinct().Count());
        Assert.Equal(1, served);
        mesh.World.RunFor(Duration.FromSeconds(3));
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    public void Requests_of_several_nodes_that_meet_at_a_relay_are_served_by_one_transfer()
    {
        // 0 to 3 ask 4, which asks 5.
        var mesh = new SimulatedMesh(2, new LinkModel { Loss = 0.01 }, 6, [(0, 4), (1, 4), (2, 4), (3, 4), (4, 5)]);
        (ContractKey key, byte[] payload) = mesh.Store(700_000, 5);
        int served = 0;
        mesh.Nodes[5].Host.OnServing = _ => served++;
        for (int i = 0; i < 4; i++)
        {
            mesh.Get(i, key);
        }

        Assert.True(mesh.World.RunUntil(
            () => Enumerable.Range(0, 4).All(i => mesh.Nodes[i].Host.Gets is [{ Reader.IsWhole: true }]), Limit));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(payload, mesh.Nodes[i].Host.Gets[0].Reader!.Bytes));
        Assert.Equal(1, served);
        Assert.Equal(3, mesh.Nodes[4].Core.Gets.Collapsed);
        mesh.World.RunFor(Duration.FromSeconds(3));
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    public void One_that_joins_while_the_ring_holds_the_first_byte_gets_all_and_a_later_one_its_own_transfer()
    {
        // Nothing is kept on the way, so whoever comes later is served again from the source.
        var mesh = new SimulatedMesh(
            3, new LinkModel { RateBytesPerSecond = 500_000 }, 4, [(0, 2), (1, 2), (2, 3)], new OperationSettings { Caches = false });
        (ContractKey key, byte[] payload) = mesh.Store(1_000_000, 3);
        int served = 0;
        mesh.Nodes[3].Host.OnServing = _ => served++;
        mesh.Get(0, key);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.Count: > 200_000 }], Limit));
        mesh.Get(1, key);
        Assert.True(mesh.World.RunUntil(
            () => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }] && mesh.Nodes[1].Host.Gets is [{ Reader.IsWhole: true }], Limit));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        Assert.Equal(payload, mesh.Nodes[1].Host.Gets[0].Reader!.Bytes);
        Assert.Equal(2, served);
    }

    [Fact]
    public void One_of_those_who_share_a_transfer_may_go_and_the_others_get_all()
    {
        foreach (int gone in (int[])[0, 1])
        {
            var mesh = new SimulatedMesh(4, new LinkModel { RateBytesPerSecond = 2_000_000 }, 4, [(0, 2), (1, 2), (2, 3)]);
            (ContractKey key, byte[] payload) = mesh.Store(2_000_000, 3);
            mesh.Get(0, key);
            mesh.Get(1, key);
            Assert.True(mesh.World.RunUntil(
                () => mesh.Nodes[0].Host.Gets is [{ Reader.Count: > 100_000 }] && mesh.Nodes[1].Host.Gets is [{ Reader: not null }], Limit));
            ReceiveStream stream = mesh.Nodes[gone].Host.Gets[0].Reader!.Stream;
            stream.Connection.Streams.Leave(stream, StreamErrorCode.Cancelled);
            int other = 1 - gone;
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[other].Host.Gets is [{ Reader.IsWhole: true }], Limit));
            Assert.Equal(payload, mesh.Nodes[other].Host.Gets[0].Reader!.Bytes);
            mesh.World.RunFor(Duration.FromSeconds(3));
            Assert.Null(mesh.Leftovers());
        }
    }

    [Fact]
    public void Requests_that_cross_never_wait_for_each_other()
    {
        // Everybody in a ring asks for the same key at once, and nobody has it: each must hear so, soon.
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var links = Enumerable.Range(0, 6).Select(i => (i, (i + 1) % 6)).ToArray();
            var mesh = new SimulatedMesh(seed, new LinkModel(), 6, links);
            (ContractKey key, _) = mesh.Store(10);
            for (int i = 0; i < 6; i++)
            {
                mesh.Get(i, key);
                mesh.Get(i, key);
            }

            Assert.True(
                mesh.World.RunUntil(() => mesh.Nodes.All(n => n.Host.Gets.Count == 2), Duration.FromSeconds(10)), $"seed {seed}");
            Assert.All(mesh.Nodes, n => Assert.All(n.Host.Gets, g => Assert.Equal(OperationStatus.NotFound, g.Status)));
            Assert.Null(mesh.Leftovers());
        }
    }

    [Fact]
    public void What_lies_within_the_hops_is_found_whatever_way_the_search_takes()
    {
        // Depth first, a long way round may use up the hops at a node that is near: it must be asked again with more of them.
        for (ulong seed = 1; seed <= 60; seed++)
        {
            (int, int)[] links = [(0, 1), (1, 2), (2, 3), (3, 4), (0, 3), (2, 5), (5, 0)];
            var mesh = new SimulatedMesh(seed, new LinkModel(), 6, links);
            (ContractKey key, byte[] payload) = mesh.Store(100, 4);
            mesh.Get(0, key, hopsToLive: 2);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Count == 1, Limit));
            Assert.True(
                mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets[0].Reader is { IsWhole: true }, Duration.FromSeconds(2)),
                $"seed {seed}: {mesh.Nodes[0].Host.Gets[0].Status}");
            Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        }
    }
}
