using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

public sealed class PutScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(200);

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(400_000, true)]
    [InlineData(400_000, false)]
    public void A_put_is_kept_by_every_node_on_its_way_and_by_the_best_one(int size, bool piped)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            SimulatedMesh mesh = Full(seed, 6, new LinkModel { Loss = 0.01 }, new OperationSettings { IsPiped = piped });
            (ContractKey key, byte[] payload) = mesh.Store(size);
            UInt128 transaction = mesh.Put(0, key, payload);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
            Assert.Equal((transaction, OperationStatus.Done), mesh.Nodes[0].Host.Puts[0]);
            int best = Enumerable.Range(0, 6).MaxBy(i => RendezvousRouter.Score(key.Instance, mesh.Nodes[i].Core.Endpoint.PublicKey));
            Assert.Equal(payload, mesh.Nodes[best].Host.Store[key.Instance].Payload);
            Assert.All(
                mesh.Nodes.Where(n => n.Host.Taken.Count > 0), n => Assert.Equal(payload, n.Host.Store[key.Instance].Payload));
            mesh.World.RunFor(Duration.FromSeconds(3));
            Assert.Null(mesh.Leftovers());
        }
    }

    [Fact]
    [Trait("Scenario", "P2")]
    public void A_long_put_passes_a_relay_while_it_comes()
    {
        var mesh = new SimulatedMesh(7, new LinkModel { RateBytesPerSecond = 4_000_000 }, 4, SimulatedMesh.Line(4));
        (ContractKey key, byte[] payload) = mesh.Store(2_000_000);

        // Of four nodes in a line whatever the key: a detour at each would stop it, so the far end is the best by choice.
        Rank(mesh, 4, ref key);
        mesh.Put(0, key, payload);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[3].Core.Endpoint.StreamCounters.PayloadBytesReceived > 0, Limit));
        Assert.DoesNotContain(mesh.Nodes[1].Host.Taken, t => t.IsWhole);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
        Assert.Equal(OperationStatus.Done, mesh.Nodes[0].Host.Puts[0].Status);
        Assert.Equal(1, mesh.Nodes[1].Core.Puts.CutThrough);
        Assert.Equal(payload, mesh.Nodes[3].Host.Store[key.Instance].Payload);
    }

    [Fact]
    [Trait("Scenario", "P5")]
    public void Every_single_fault_on_the_way_of_a_put_leaves_exactly_one_terminal_event_and_no_false_success()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            var mesh = new SimulatedMesh(seed, new LinkModel { Loss = 0.01, RateBytesPerSecond = 5_000_000 }, 4, SimulatedMesh.Line(4));
            (ContractKey key, byte[] payload) = mesh.Store(500_000);
            Rank(mesh, 4, ref key);
            mesh.Put(0, key, payload);
            mesh.World.RunFor(Duration.FromMilliseconds(mesh.World.Random.NextInt32(400)));
            int victim = 1 + mesh.World.Random.NextInt32(3);
            if (seed % 3 == 0)
            {
                mesh.Nodes[victim].Host.IsMute = true;
            }
            else
            {
                mesh.World.Remove(mesh.Nodes[victim].Address);
            }

            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count > 0, Limit), $"seed {seed}: no end");
            mesh.World.RunFor(Duration.FromSeconds(100));
            OperationStatus status = Assert.Single(mesh.Nodes[0].Host.Puts).Status;
            bool isEverywhere = Enumerable.Range(1, 3).All(i => mesh.Nodes[i].Host.Store.ContainsKey(key.Instance));
            Assert.True(status is OperationStatus.Done or OperationStatus.Unavailable, $"seed {seed}: {status}");
            Assert.True(status != OperationStatus.Done || isEverywhere, $"seed {seed}: done, and not everywhere");
        }
    }

    [Fact]
    [Trait("Scenario", "P7")]
    public void A_relay_that_says_it_is_at_work_and_then_dies_is_replaced_or_reported_within_its_time()
    {
        // 0 - 1 - 2: node 2 never says a word, so node 1 tells of its own progress and waits; then it is gone.
        var settings = new OperationSettings { PutResultTimeout = Duration.FromSeconds(10) };
        var mesh = new SimulatedMesh(3, new LinkModel { RateBytesPerSecond = 1_000_000 }, 3, SimulatedMesh.Line(3), settings);
        (ContractKey key, byte[] payload) = mesh.Store(3_000_000);
        Rank(mesh, 3, ref key);
        mesh.Nodes[2].Host.IsMute = true;
        mesh.Put(0, key, payload);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[1].Host.Taken.Any(t => t.IsWhole), Limit));
        mesh.World.Remove(mesh.Nodes[1].Address);
        Instant died = mesh.World.Now;
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
        Assert.Equal(OperationStatus.Unavailable, mesh.Nodes[0].Host.Puts[0].Status);
        Assert.True(mesh.World.Now - died < Duration.FromSeconds(60));
    }

    [Fact]
    [Trait("Scenario", "P8")]
    public void A_next_node_that_fails_is_replaced_by_the_next_best_one()
    {
        foreach (OperationStatus failure in (OperationStatus[])[OperationStatus.StoreFailed, OperationStatus.Refused, OperationStatus.Unavailable])
        {
            SimulatedMesh mesh = Full(11, 4, new LinkModel(), OperationSettings.Default);
            (ContractKey key, byte[] payload) = mesh.Store(300_000);
            int[] order = Order(mesh, key);
            int origin = order[3];
            mesh.Nodes[order[0]].Host.OnPut = _ => failure;
            mesh.Put(origin, key, payload);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[origin].Host.Puts.Count == 1, Limit));
            Assert.Equal(OperationStatus.Done, mesh.Nodes[origin].Host.Puts[0].Status);
            Assert.Equal(payload, mesh.Nodes[order[1]].Host.Store[key.Instance].Payload);
            Assert.False(mesh.Nodes[order[0]].Host.Store.ContainsKey(key.Instance));
        }
    }

    [Fact]
    public void Content_that_is_not_what_its_key_says_ends_the_put_and_is_tried_nowhere_else()
    {
        SimulatedMesh mesh = Full(12, 4, new LinkModel(), OperationSettings.Default);
        (ContractKey key, byte[] payload) = mesh.Store(300_000);
        int[] order = Order(mesh, key);
        mesh.Nodes[order[0]].Host.OnPut = _ => OperationStatus.Corrupt;
        mesh.Put(order[3], key, payload);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[order[3]].Host.Puts.Count == 1, Limit));
        Assert.Equal(OperationStatus.Corrupt, mesh.Nodes[order[3]].Host.Puts[0].Status);
    }

    [Fact]
    [Trait("Scenario", "P9")]
    public void A_put_of_what_the_others_have_moves_no_payload()
    {
        SimulatedMesh mesh = Full(13, 4, new LinkModel(), OperationSettings.Default);
        (ContractKey key, byte[] payload) = mesh.Store(600_000, 0, 1, 2, 3);
        mesh.Put(0, key, payload);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
        Assert.Equal(OperationStatus.Done, mesh.Nodes[0].Host.Puts[0].Status);
        Assert.All(mesh.Nodes, node => Assert.Equal(0, node.Core.Endpoint.StreamCounters.PayloadBytesSent));
        mesh.World.RunFor(Duration.FromSeconds(2));
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    [Trait("Scenario", "P9")]
    public void Two_puts_of_the_same_content_to_one_node_collapse_to_one_transfer()
    {
        // 1 and 2 put to 0 at once.
        var mesh = new SimulatedMesh(14, new LinkModel { RateBytesPerSecond = 2_000_000 }, 3, [(1, 0), (2, 0)]);
        (ContractKey key, byte[] payload) = mesh.Store(1_000_000);
        mesh.Put(1, key, payload);
        mesh.Put(2, key, payload);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[1].Host.Puts.Count + mesh.Nodes[2].Host.Puts.Count == 2, Limit));
        Assert.Equal(OperationStatus.Done, mesh.Nodes[1].Host.Puts[0].Status);
        Assert.Equal(OperationStatus.Done, mesh.Nodes[2].Host.Puts[0].Status);
        Assert.Equal(1, mesh.Nodes[0].Core.Puts.Collapsed);
        Assert.True(mesh.Nodes[0].Core.Endpoint.StreamCounters.PayloadBytesReceived < 1_100_000);
    }

    [Fact]
    [Trait("Scenario", "V6")]
    public void The_threshold_is_exclusive_and_each_sender_has_its_own()
    {
        foreach ((int size, StreamKind expected) in ((int, StreamKind)[])
            [(65_535, StreamKind.Whole), (65_536, StreamKind.Whole), (65_537, StreamKind.Streaming)])
        {
            var mesh = new SimulatedMesh(15, new LinkModel(), 2, SimulatedMesh.Line(2));
            (ContractKey key, byte[] payload) = mesh.Store(size, 1);
            mesh.Get(0, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Limit));
            Assert.Equal(expected, mesh.Nodes[0].Host.Gets[0].Reader!.Stream.Description!.Kind);
            Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        }

        // One end never streams, the other one always does.
        foreach (StreamingUse use in (StreamingUse[])[StreamingUse.Never, StreamingUse.OnRequest, StreamingUse.Always])
        {
            var mesh = new SimulatedMesh(
                16, new LinkModel(), 3, SimulatedMesh.Line(3), new OperationSettings { Streaming = use, StreamingThresholdBytes = 1_000 });
            (ContractKey key, byte[] payload) = mesh.Store(100_000, 2);
            mesh.Get(0, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Limit));
            StreamKind kind = mesh.Nodes[0].Host.Gets[0].Reader!.Stream.Description!.Kind;
            Assert.Equal(use == StreamingUse.Always ? StreamKind.Streaming : StreamKind.Whole, kind);
            Assert.Equal(use == StreamingUse.Always ? 1 : 0, mesh.Nodes[1].Core.Gets.CutThrough);
            Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        }
    }

    private static SimulatedMesh Full(ulong seed, int nodes, LinkModel model, OperationSettings settings)
    {
        var links = from a in Enumerable.Range(0, nodes) from b in Enumerable.Range(0, nodes) where a < b select (a, b);
        return new SimulatedMesh(seed, model, nodes, [.. links], settings);
    }

    /// <summary>Nodes by how much a key belongs to them, the best first.</summary>
    private static int[] Order(SimulatedMesh mesh, ContractKey key) => [.. Enumerable.Range(0, mesh.Nodes.Count)
        .OrderByDescending(i => RendezvousRouter.Score(key.Instance, mesh.Nodes[i].Core.Endpoint.PublicKey))];

    /// <summary>Looks for a key that belongs to each node of a line more than to the one before it.</summary>
    private static void Rank(SimulatedMesh mesh, int nodes, ref ContractKey key)
    {
        Span<byte> bytes = stackalloc byte[ContractKey.Length];
        int[] wanted = [.. Enumerable.Range(0, nodes).Reverse()];
        while (!Order(mesh, key).SequenceEqual(wanted))
        {
            mesh.World.Random.Fill(bytes);
            key = ContractKey.Read(bytes);
        }
    }
}
