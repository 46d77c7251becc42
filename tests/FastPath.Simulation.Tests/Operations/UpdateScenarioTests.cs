using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

public sealed class UpdateScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(120);

    [Theory]
    [InlineData(500)]
    [InlineData(300_000)]
    public void An_update_reaches_those_who_keep_the_contract_and_each_follower_once(int size)
    {
        for (ulong seed = 1; seed <= 6; seed++)
        {
            SimulatedMesh mesh = Full(seed, 6, new LinkModel { Loss = 0.01 });
            (ContractKey key, byte[] payload) = mesh.Store(1_000);
            mesh.Put(0, key, payload, version: 1);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
            foreach (SimulatedNode node in mesh.Nodes)
            {
                node.Host.Followed.Add(key.Instance);
                node.Core.Subscriptions.Follow(key.Instance);
            }

            mesh.World.RunFor(Duration.FromSeconds(1));
            byte[] state = new byte[size];
            mesh.World.Random.Fill(state);
            UInt128 update = mesh.Update(5, key, state, version: 2);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[5].Host.Puts.Count == 1, Limit), $"seed {seed}");
            Assert.Equal(OperationStatus.Done, mesh.Nodes[5].Host.Puts[0].Status);
            mesh.World.RunFor(Duration.FromSeconds(10));
            for (int i = 0; i < 5; i++)
            {
                Assert.True(
                    mesh.Nodes[i].Host.Updates.Count == 1,
                    $"seed {seed}: node {i} of {string.Join(", ", Order(mesh, key))} got {mesh.Nodes[i].Host.Updates.Count} updates; it took "
                        + string.Join("; ", mesh.Nodes[i].Host.Taken.Select(t => $"{t.Header.Purpose} {t.IsWhole} {t.IsNew}")));
                var got = mesh.Nodes[i].Host.Updates[0];
                Assert.Equal((key.Instance, update, 2UL), (got.Instance, got.Update, got.Version));
                Assert.Equal(state, got.Payload);
                if (mesh.Nodes[i].Host.Store.TryGetValue(key.Instance, out SimulatedEntry? kept))
                {
                    Assert.Equal(2UL, kept.Version);
                }
            }

            Assert.Null(mesh.Leftovers());
        }
    }

    [Fact]
    public void An_update_of_what_nobody_keeps_is_not_found_and_one_of_what_lies_aside_is_applied()
    {
        var mesh = new SimulatedMesh(3, new LinkModel(), 5, SimulatedMesh.Line(5));
        (ContractKey nowhere, byte[] state) = mesh.Store(100);
        mesh.Update(0, nowhere, state, version: 1);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
        Assert.Equal(OperationStatus.NotFound, mesh.Nodes[0].Host.Puts[0].Status);

        (ContractKey key, _) = mesh.Store(100, 4);
        mesh.Update(0, key, state, version: 1);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 2, Limit));
        Assert.Equal(OperationStatus.Done, mesh.Nodes[0].Host.Puts[1].Status);
        Assert.Equal(state, mesh.Nodes[4].Host.Store[key.Instance].Payload);
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    [Trait("Scenario", "O2")]
    public void An_update_that_is_sent_again_is_taken_once()
    {
        SimulatedMesh mesh = Full(4, 4, new LinkModel());
        (ContractKey key, byte[] payload) = mesh.Store(1_000, 0, 1, 2, 3);
        foreach (SimulatedNode node in mesh.Nodes)
        {
            node.Host.Followed.Add(key.Instance);
            node.Core.Subscriptions.Follow(key.Instance);
        }

        mesh.World.RunFor(Duration.FromSeconds(1));
        for (int attempt = 0; attempt < 5; attempt++)
        {
            mesh.Update(0, key, payload, version: 9, update: 77);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == attempt + 1, Limit));
        }

        mesh.World.RunFor(Duration.FromSeconds(5));
        Assert.All(mesh.Nodes.Skip(1), node => Assert.Single(node.Host.Updates));
    }

    [Fact]
    public void A_follower_that_loses_its_neighbour_follows_at_another_one()
    {
        SimulatedMesh mesh = Full(5, 4, new LinkModel());
        (ContractKey key, byte[] payload) = mesh.Store(1_000);
        int[] order = Order(mesh, key);
        SimulatedNode follower = mesh.Nodes[order[3]];
        follower.Host.Followed.Add(key.Instance);
        follower.Core.Subscriptions.Follow(key.Instance);
        mesh.Nodes[order[1]].Host.Store[key.Instance] = new SimulatedEntry(key, payload, 1);
        mesh.World.RunFor(Duration.FromSeconds(1));

        // The best node leaves.
        foreach (Connection connection in mesh.Nodes[order[0]].Core.Endpoint.Connections.ToArray())
        {
            connection.Close(mesh.World.Now, CloseCode.None, "leaving");
        }

        mesh.World.RunFor(Duration.FromSeconds(1));
        mesh.World.Remove(mesh.Nodes[order[0]].Address);
        mesh.Update(order[2], key, payload, version: 2);
        Assert.True(mesh.World.RunUntil(() => follower.Host.Updates.Count == 1, Limit));
        Assert.Equal(2UL, follower.Host.Updates[0].Version);

        follower.Core.Subscriptions.Unfollow(key.Instance);
        mesh.World.RunFor(Duration.FromSeconds(1));
        Assert.All(mesh.Nodes.Where((_, i) => i != order[0]), node => Assert.Equal(0, node.Core.Subscriptions.Count));
    }

    private static int[] Order(SimulatedMesh mesh, ContractKey key) => [.. Enumerable.Range(0, mesh.Nodes.Count)
        .OrderByDescending(i => RendezvousRouter.Score(key.Instance, mesh.Nodes[i].Core.Endpoint.PublicKey))];

    private static SimulatedMesh Full(ulong seed, int nodes, LinkModel model)
    {
        var links = from a in Enumerable.Range(0, nodes) from b in Enumerable.Range(0, nodes) where a < b select (a, b);
        return new SimulatedMesh(seed, model, nodes, [.. links]);
    }
}
