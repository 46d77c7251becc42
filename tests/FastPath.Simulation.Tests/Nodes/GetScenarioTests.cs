using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Nodes;

public sealed class GetScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(120);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [Trait("Scenario", "P2")]
    public void A_contract_comes_back_along_the_path_of_its_request(bool piped, bool caches)
    {
        var mesh = new SimulatedMesh(
            1, new LinkModel { Loss = 0.02 }, 4, SimulatedMesh.Line(4), new OperationSettings { IsPiped = piped, Caches = caches });
        foreach (int size in (int[])[0, 1, 70_000, 400_000])
        {
            (ContractKey key, byte[] payload) = mesh.Store(size, 3);
            long cutThroughBefore = mesh.Nodes[1].Core.Gets.CutThrough;
            UInt128 transaction = mesh.Get(0, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Any(g => g.Reader is { IsWhole: true }), Limit));
            mesh.World.RunFor(Duration.FromSeconds(3));
            var got = Assert.Single(mesh.Nodes[0].Host.Gets);
            Assert.Equal(transaction, got.Transaction);
            Assert.Equal(payload, got.Reader!.Bytes);
            Assert.Equal(transaction, got.Reader.Stream.Description!.TransferId);
            Assert.Equal(piped ? 1 : 0, mesh.Nodes[1].Core.Gets.CutThrough - cutThroughBefore);
            if (caches)
            {
                Assert.Equal(payload, mesh.Nodes[1].Host.Caches[^1].Reader.Bytes);
                Assert.Equal(payload, mesh.Nodes[2].Host.Caches[^1].Reader.Bytes);
            }

            Assert.Null(mesh.Leftovers());
            mesh.Nodes[0].Host.Gets.Clear();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "P6")]
    public void A_transfer_that_is_slow_and_never_stalls_is_not_given_up(bool piped)
    {
        // 32 KiB/s: each hop takes longer than any time limit of the search.
        var mesh = new SimulatedMesh(
            9,
            new LinkModel { RateBytesPerSecond = 32 * 1_024, QueueBytes = 20_000 },
            4,
            SimulatedMesh.Line(4),
            new OperationSettings { IsPiped = piped });
        (ContractKey key, byte[] payload) = mesh.Store(2_000_000, 3);
        mesh.Get(0, key);
        Assert.True(mesh.World.RunUntil(
            () => mesh.Nodes[0].Host.Gets is [{ Reader: null } or { Reader.Ended: not null }], Duration.FromSeconds(1_000)));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        Assert.Equal(1, mesh.Nodes[3].Host.LookUps);
    }

    [Fact]
    public void A_relay_can_name_the_contract_before_its_first_byte_and_forms_are_negotiated_hop_by_hop()
    {
        foreach (bool lastReadsArchives in (bool[])[true, false])
        {
            var mesh = new SimulatedMesh(10, new LinkModel(), 3, SimulatedMesh.Line(3), endpoints: new EndpointSettings
            {
                Capabilities = lastReadsArchives ? Capabilities.All : Capabilities.Streaming,
            });
            (ContractKey key, byte[] payload) = mesh.Store(100_000, 2);
            mesh.Nodes[0].Core.Gets.Start(mesh.World.Now, 77, key.Instance, 10, ContractForm.Archived);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[1].Host.Relayed.Count == 1, Limit));
            (ContractOutline outline, long total) = mesh.Nodes[1].Host.Relayed[0];
            Assert.Equal((key, payload.LongLength, payload.LongLength), (outline.Key, outline.CodeLength, total));
            Assert.Equal(lastReadsArchives ? ContractForm.Archived : ContractForm.Bincode, outline.Form);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [Trait("Scenario", "R5")]
    public void A_request_that_names_what_it_has_gets_the_rest_and_never_the_rest_of_something_else(bool piped, bool withProofs)
    {
        var mesh = new SimulatedMesh(
            11, new LinkModel { Loss = 0.05 }, 4, SimulatedMesh.Line(4), new OperationSettings { IsPiped = piped, AsksForProofs = withProofs });
        (ContractKey key, byte[] payload) = mesh.Store(400_000, 3);
        byte[] digest = SimulatedHost.DigestOf(payload);
        byte[] other = SimulatedHost.DigestOf([1]);
        foreach ((byte[] known, int from, bool isKnown) in ((byte[], int, bool)[])
            [(digest, 399_000, true), (digest, 400_000, true), (other, 399_000, false), (digest, 400_001, false)])
        {
            // Answers that carry proofs begin where a group does.
            int start = !isKnown ? 0 : withProofs ? (int)VerifiedEncoding.RoundDown(payload.Length, from) : from;
            mesh.Nodes[0].Host.Gets.Clear();
            mesh.Nodes[0].Core.Gets.Start(
                mesh.World.Now, mesh.World.Random.NextUInt64(), key.Instance, 10, resume: new ResumePoint(known, from));
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.IsWhole: true }], Limit));
            SimulatedReader reader = mesh.Nodes[0].Host.Gets[0].Reader!;
            Assert.Equal(start, reader.Stream.Ring.StartOffset);
            Assert.Equal(payload[start..], reader.Bytes);
            mesh.World.RunFor(Duration.FromSeconds(3));
            Assert.Null(mesh.Leftovers());
        }

        // A relay keeps whole contracts only: of the four answers two.
        Assert.Equal(piped ? 2 : 0, mesh.Nodes[1].Host.Caches.Count);
    }

    [Fact]
    public void What_nobody_has_is_not_found_once_and_every_node_is_asked_once()
    {
        // A full mesh of six: without the list of visited nodes the search would go round for ever.
        var links = from a in Enumerable.Range(0, 6) from b in Enumerable.Range(0, 6) where a < b select (a, b);
        var mesh = new SimulatedMesh(2, new LinkModel(), 6, [.. links]);
        (ContractKey key, _) = mesh.Store(10);
        mesh.Get(0, key);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Count > 0, Limit));
        mesh.World.RunFor(Duration.FromSeconds(5));
        Assert.Equal(OperationStatus.NotFound, Assert.Single(mesh.Nodes[0].Host.Gets).Status);
        Assert.All(mesh.Nodes, node => Assert.Equal(1, node.Host.LookUps));
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    public void Hops_to_live_bound_how_far_a_search_goes()
    {
        var mesh = new SimulatedMesh(3, new LinkModel(), 5, SimulatedMesh.Line(5));
        (ContractKey key, byte[] payload) = mesh.Store(100, 4);
        mesh.Get(0, key, hopsToLive: 3);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Count == 1, Limit));
        Assert.Equal(OperationStatus.NotFound, mesh.Nodes[0].Host.Gets[0].Status);
        mesh.Get(0, key, hopsToLive: 4);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [_, { Reader.IsWhole: true }], Limit));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[1].Reader!.Bytes);
    }

    [Fact]
    [Trait("Scenario", "P8")]
    public void A_candidate_that_fails_before_its_first_byte_leads_to_the_next()
    {
        // 0 asks 1 or 2 (both have it); whichever is first resets its stream at once.
        var mesh = new SimulatedMesh(4, new LinkModel(), 3, [(0, 1), (0, 2)]);
        (ContractKey key, byte[] payload) = mesh.Store(200_000, 1, 2);
        int failed = 0;
        foreach (int node in (int[])[1, 2])
        {
            mesh.Nodes[node].Host.OnServing = stream =>
            {
                if (failed++ == 0)
                {
                    // The opening frame and the reset leave together; no byte does.
                    stream.Connection.Streams.Reset(stream, StreamErrorCode.StoreFailed);
                }
            };
        }

        mesh.Get(0, key);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Count == 1, Limit));
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets[0].Reader is { IsWhole: true }, Limit));
        Assert.Equal(payload, mesh.Nodes[0].Host.Gets[0].Reader!.Bytes);
        Assert.Equal(2, failed);
        mesh.World.RunFor(Duration.FromSeconds(3));
        Assert.Null(mesh.Leftovers());
    }

    [Fact]
    public void A_node_that_is_silent_is_given_up_and_the_next_one_asked()
    {
        var mesh = new SimulatedMesh(5, new LinkModel(), 4, [(0, 1), (0, 2), (1, 3), (2, 3)]);
        (ContractKey key, byte[] payload) = mesh.Store(50_000, 3);
        Connection first = RendezvousRouter.Instance.Choose(key.Instance, [mesh.Link(0, 1), mesh.Link(0, 2)])!;
        mesh.Nodes[first == mesh.Link(0, 1) ? 1 : 2].Host.IsStuck = true;
        mesh.Get(0, key);
        Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Any(g => g.Reader is { IsWhole: true }), Limit));
        Assert.Equal(payload, Assert.Single(mesh.Nodes[0].Host.Gets).Reader!.Bytes);
    }

    [Fact]
    public void A_requester_that_is_lost_or_cancels_ends_the_transfer_everywhere()
    {
        foreach (bool cancels in (bool[])[true, false])
        {
            var mesh = new SimulatedMesh(6, new LinkModel { RateBytesPerSecond = 2_000_000 }, 4, SimulatedMesh.Line(4));
            (ContractKey key, _) = mesh.Store(3_000_000, 3);
            mesh.Get(0, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.Count: > 100_000 }], Limit));
            if (cancels)
            {
                ReceiveStream stream = mesh.Nodes[0].Host.Gets[0].Reader!.Stream;
                stream.Connection.Streams.Stop(stream, StreamErrorCode.Cancelled);
            }
            else
            {
                mesh.Link(0, 1).Close(mesh.World.Now, CloseCode.None, "gone");
            }

            mesh.World.RunFor(Duration.FromSeconds(2));
            Assert.Null(mesh.Leftovers());
            Assert.NotEqual(StreamErrorCode.None, mesh.Nodes[1].Host.Caches[0].Reader.Ended);
        }
    }

    [Fact]
    [Trait("Scenario", "P5")]
    public void Every_single_fault_leaves_exactly_one_terminal_event()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var mesh = new SimulatedMesh(seed, new LinkModel { Loss = 0.01, RateBytesPerSecond = 5_000_000 }, 5, SimulatedMesh.Line(5));
            (ContractKey key, byte[] payload) = mesh.Store(600_000, 4);
            mesh.Get(0, key);
            mesh.World.RunFor(Duration.FromMilliseconds(mesh.World.Random.NextInt32(300)));
            int victim = 1 + mesh.World.Random.NextInt32(4);
            mesh.World.Remove(mesh.Nodes[victim].Address);
            Assert.True(
                mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader: null } or { Reader.Ended: not null }], Limit),
                $"seed {seed}: no end after the crash of node {victim}");
            mesh.World.RunFor(Duration.FromSeconds(60));
            var end = Assert.Single(mesh.Nodes[0].Host.Gets);
            Assert.True(end.Reader?.EndedTimes is null or 1, $"seed {seed}");
            bool isWhole = end.Reader is { IsWhole: true };
            Assert.True(
                isWhole || end.Status == OperationStatus.Unavailable || end.Reader?.Ended is > StreamErrorCode.None, $"seed {seed}: {end}");
            Assert.True(!isWhole || payload.AsSpan().SequenceEqual(end.Reader!.Bytes), $"seed {seed}");
        }
    }

    [Fact]
    [Trait("Scenario", "P5")]
    public void A_hop_that_is_twenty_times_slower_is_waited_for_wherever_it_is()
    {
        for (int hop = 0; hop < 4; hop++)
        {
            var model = new LinkModel { RateBytesPerSecond = 4_000_000 };
            var mesh = new SimulatedMesh(7, model, 5, SimulatedMesh.Line(5));
            (ContractKey key, byte[] payload) = mesh.Store(2_000_000, 4);
            (PeerAddress left, PeerAddress right) = (mesh.Nodes[hop].Address, mesh.Nodes[hop + 1].Address);
            mesh.World.LinkOf = (from, to) => (from, to) == (left, right) || (from, to) == (right, left)
                ? model with { RateBytesPerSecond = model.RateBytesPerSecond / 20 }
                : null;
            int served = 0;
            mesh.Nodes[4].Host.OnServing = _ => served++;
            mesh.Get(0, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.Ended: not null }], Limit), $"hop {hop}: no end");
            mesh.World.RunFor(Duration.FromSeconds(60));
            var end = Assert.Single(mesh.Nodes[0].Host.Gets);
            Assert.Equal((1, StreamErrorCode.None), (end.Reader!.EndedTimes, end.Reader.Ended));
            Assert.Equal(payload, end.Reader.Bytes);
            Assert.Equal(1, served);
        }
    }

    [Fact]
    [Trait("Scenario", "P5")]
    public void An_answer_that_is_lost_at_any_hop_ends_the_request_once_and_not_as_a_success()
    {
        for (int hop = 0; hop < 4; hop++)
        {
            var mesh = new SimulatedMesh(8, new LinkModel(), 5, SimulatedMesh.Line(5));
            (ContractKey key, _) = mesh.Store(500_000, 4);
            mesh.Get(0, key);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[4].Host.LookUps > 0, Limit));
            mesh.World.Cut(mesh.Nodes[hop].Address, mesh.Nodes[hop + 1].Address);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets.Count > 0, Limit), $"hop {hop}: no end");
            mesh.World.RunFor(Duration.FromSeconds(100));
            var end = Assert.Single(mesh.Nodes[0].Host.Gets);
            Assert.True(end.Status == OperationStatus.Unavailable || end.Reader?.Ended is > StreamErrorCode.None, $"hop {hop}: {end}");
            Assert.Null(mesh.Leftovers());
        }
    }
}
