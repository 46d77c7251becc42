using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

/// <summary>Requests that share a transfer: one that is slow is waited for a while, then the others go on without it.</summary>
public sealed class SharingScenarioTests
{
    private const int Size = 3_000_000;
    private static readonly Duration Limit = Duration.FromSeconds(400);
    private static readonly LinkModel Quick = new() { RateBytesPerSecond = 2_000_000 };
    private static readonly LinkModel Slow = new() { RateBytesPerSecond = 20_000 };

    [Fact]
    public void A_node_behind_a_slow_link_ends_as_too_slow_and_asks_again_and_the_other_one_gets_all_in_its_time()
    {
        SimulatedMesh mesh = Star(keepsCached: true, slow: 1);
        (ContractKey key, byte[] payload) = mesh.Store(Size, 3);
        mesh.Get(0, key);
        mesh.Get(1, key);
        Instant began = mesh.World.Now;
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Limit));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        Assert.True(mesh.World.Now - began < Duration.FromSeconds(15), $"{(mesh.World.Now - began).Milliseconds} ms");
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[1].Host.Gets is [{ Reader.Ended: not null }], Limit));
        Assert.Equal(StreamErrorCode.TooSlow, mesh.Nodes[1].Host.Gets[0].Reader!.Ended);

        // By now the relay has it all, and serves it as slowly as the link is.
        int served = 0;
        mesh.Nodes[3].Host.OnServing = _ => served++;
        mesh.Get(1, key);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[1].Host.Gets is [_, { Reader.IsWhole: true }], Limit));
        Assert.Equal(payload, mesh.Nodes[1].Host.Gets[1].Reader!.Bytes);
        Assert.Equal(0, served);
        mesh.World.RunFor(Duration.FromSeconds(3));
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    public void A_reader_of_the_relay_itself_that_pauses_holds_nobody_for_long()
    {
        SimulatedMesh mesh = Star(keepsCached: false, slow: -1);
        (ContractKey key, byte[] payload) = mesh.Store(Size, 3);
        mesh.Nodes[2].Host.ReaderWants = 10_000;
        mesh.Get(2, key);
        mesh.Get(0, key);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Duration.FromSeconds(15)));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        Assert.Equal((10_000, StreamErrorCode.TooSlow), (mesh.Nodes[2].Host.Gets[0].Reader!.Count, mesh.Nodes[2].Host.Gets[0].Reader!.Ended));
        mesh.World.RunFor(Duration.FromSeconds(3));
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    public void A_cache_that_is_slow_is_given_up_before_a_request_is()
    {
        SimulatedMesh mesh = Star(keepsCached: true, slow: -1);
        (ContractKey key, byte[] payload) = mesh.Store(Size, 3);
        mesh.Nodes[2].Host.CacheWants = 10_000;
        mesh.Get(0, key);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Duration.FromSeconds(15)));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        Assert.Equal(StreamErrorCode.TooSlow, mesh.Nodes[2].Host.Caches[0].Reader.Ended);
        Assert.False(mesh.Nodes[2].Host.Store.ContainsKey(key.Instance));
    }

    [Fact]
    public void Nobody_is_too_slow_for_a_cache_or_for_one_that_is_as_slow()
    {
        // Alone with the cache behind a slow link; and two behind slow links.
        foreach (int[] askers in (int[][])[[0], [0, 1]])
        {
            var mesh = new SimulatedMesh(3, Quick, 4, [(0, 2), (1, 2), (2, 3)]);
            (ContractKey key, byte[] payload) = mesh.Store(Size / 3, 3);
            mesh.World.LinkOf = (from, to) => IsBetween(mesh, from, to, 2, 3) ? null : Slow;
            foreach (int asker in askers)
            {
                mesh.Get(asker, key);
            }

            Assert.True(mesh.World.RunUntil(() => askers.All(i => mesh.Nodes[i].Host.Gets is [{ Reader.Ended: not null }]), Limit));
            Assert.All(askers, i => Assert.Equal(StreamErrorCode.None, mesh.Nodes[i].Host.Gets[0].Reader!.Ended));
            Assert.All(askers, i => Assert.Equal(payload, mesh.Nodes[i].Host.Gets[0].Reader!.Bytes));
        }
    }

    /// <summary>0 and 1 ask 2, which asks 3.</summary>
    private static SimulatedMesh Star(bool keepsCached, int slow)
    {
        var mesh = new SimulatedMesh(
            1, Quick, 4, [(0, 2), (1, 2), (2, 3)], new OperationSettings { Caches = keepsCached });
        mesh.Nodes[2].Host.KeepsCached = keepsCached;
        mesh.World.LinkOf = (from, to) => slow >= 0 && IsBetween(mesh, from, to, slow, 2) ? Slow : null;
        return mesh;
    }

    private static bool IsBetween(SimulatedMesh mesh, Buffers.Datagrams.PeerAddress from, Buffers.Datagrams.PeerAddress to, int a, int b) =>
        (from == mesh.Nodes[a].Address && to == mesh.Nodes[b].Address) || (from == mesh.Nodes[b].Address && to == mesh.Nodes[a].Address);
}
