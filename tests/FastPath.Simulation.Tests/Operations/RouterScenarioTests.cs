using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

/// <summary>The default order of nodes, in networks that are not kind to it.</summary>
public sealed class RouterScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(120);

    [Fact]
    public void Of_any_two_nodes_exactly_one_is_better_and_better_is_transitive()
    {
        var mesh = new SimulatedMesh(1, new LinkModel(), 8, []);
        (ContractKey key, _) = mesh.Store(1);
        var nodes = mesh.Nodes.Select(n => n.Core.Endpoint.PublicKey).ToArray();
        RendezvousRouter router = RendezvousRouter.Instance;
        Assert.All(nodes, a => Assert.All(nodes, b => Assert.Equal(
            a != b, router.IsBetter(key.Instance, a, b) != router.IsBetter(key.Instance, b, a))));
        var ordered = nodes.OrderBy(n => RendezvousRouter.Score(key.Instance, n)).ToArray();
        for (int i = 0; i + 1 < ordered.Length; i++)
        {
            Assert.True(router.IsBetter(key.Instance, ordered[i + 1], ordered[i]));
        }
    }

    [Fact]
    public void A_put_in_a_ring_of_nodes_ends()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var links = Enumerable.Range(0, 8).Select(i => (i, (i + 1) % 8)).ToArray();
            var mesh = new SimulatedMesh(seed, new LinkModel(), 8, links);
            (ContractKey key, byte[] payload) = mesh.Store(5_000);
            mesh.Put(0, key, payload, hopsToLive: 255);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit), $"seed {seed}");
            Assert.Equal(OperationStatus.Done, mesh.Nodes[0].Host.Puts[0].Status);
            Assert.All(mesh.Nodes, n => Assert.True(n.Host.Taken.Count <= 1, $"seed {seed}: taken twice"));
            Assert.Null(mesh.Leftovers());
        }
    }

    [Fact]
    public void A_dead_end_sends_a_search_back_to_where_another_way_begins()
    {
        // 0 - 1 - 2 is a dead end, 0 - 3 - 4 leads there; whichever is tried first.
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var mesh = new SimulatedMesh(seed, new LinkModel(), 5, [(0, 1), (1, 2), (0, 3), (3, 4)]);
            (ContractKey key, byte[] payload) = mesh.Store(5_000, 4);
            mesh.Get(0, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Limit), $"seed {seed}");
            Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        }
    }

    [Fact]
    public void A_detour_leads_past_a_local_maximum()
    {
        // In a line the key belongs to 3 most, to 1 next, to 2 least but for 0: from 1 no neighbour is better.
        foreach (byte detours in (byte[])[0, 1])
        {
            var mesh = new SimulatedMesh(5, new LinkModel(), 4, SimulatedMesh.Line(4), new OperationSettings { Detours = detours });
            (ContractKey key, byte[] payload) = mesh.Store(5_000);
            byte[] bytes = new byte[ContractKey.Length];
            int[] Order() => [.. Enumerable.Range(0, 4)
                .OrderByDescending(i => RendezvousRouter.Score(key.Instance, mesh.Nodes[i].Core.Endpoint.PublicKey))];
            while (!Order().SequenceEqual([3, 1, 2, 0]))
            {
                mesh.World.Random.Fill(bytes);
                key = ContractKey.Read(bytes);
            }

            mesh.Put(0, key, payload, detours: detours);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
            Assert.Equal(OperationStatus.Done, mesh.Nodes[0].Host.Puts[0].Status);
            Assert.True(mesh.Nodes[1].Host.Store.ContainsKey(key.Instance));
            Assert.Equal(detours > 0, mesh.Nodes[3].Host.Store.ContainsKey(key.Instance));

            // A GET of somebody else finds it all the same.
            mesh.Get(3, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[3].Host.Gets.Count == 1, Limit));
            Assert.Equal(OperationStatus.Done, mesh.Nodes[3].Host.Gets[0].Status);
        }
    }

    [Fact]
    public void When_the_best_node_goes_its_keys_alone_move_and_when_it_returns_they_move_back()
    {
        var mesh = new SimulatedMesh(6, new LinkModel(), 5, [(0, 1), (0, 2), (0, 3), (0, 4)]);
        var keys = Enumerable.Range(0, 200).Select(_ => mesh.Store(1).Key).ToArray();
        Connection[] all = [.. Enumerable.Range(1, 4).Select(i => mesh.Link(0, i))];
        Connection gone = all[2];
        int moved = 0;
        foreach (ContractKey key in keys)
        {
            Connection before = RendezvousRouter.Instance.Choose(key.Instance, all)!;
            Connection after = RendezvousRouter.Instance.Choose(key.Instance, all.Where(c => c != gone))!;
            Assert.True(before == gone || before == after);
            Assert.Same(before, RendezvousRouter.Instance.Choose(key.Instance, all.Reverse()));
            moved += before == after ? 0 : 1;
        }

        Assert.InRange(moved, 20, 90);
        Assert.Null(RendezvousRouter.Instance.Choose(keys[0].Instance, []));
    }
}
