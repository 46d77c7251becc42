using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Tests.Operations;

/// <summary>An answer and the request that waits for it: whoever is first, they meet once or both end.</summary>
public sealed class HandOffScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(120);

    [Fact]
    [Trait("Scenario", "O4")]
    public void A_request_that_ends_between_any_two_datagrams_leaves_its_answer_nowhere()
    {
        // Cancelled by its origin, given up by the relay's connection, or both, at each place before, while and after the answer comes.
        long datagrams = 0;
        for (long place = 0; place <= datagrams + 1; place++)
        {
            foreach (int end in (int[])[0, 1, 2])
            {
                var mesh = new SimulatedMesh(
                    (ulong)place + 1, new LinkModel { Delay = Duration.FromMilliseconds(5) }, 3, SimulatedMesh.Line(3));
                (ContractKey key, byte[] payload) = mesh.Store(20_000, 2);
                long before = mesh.World.DatagramsSent;
                UInt128 transaction = mesh.Get(0, key);
                mesh.World.AfterDatagrams(place, () =>
                {
                    if (end != 1)
                    {
                        mesh.Nodes[0].Core.Gets.Cancel(mesh.World.Now, transaction);
                    }

                    if (end != 0)
                    {
                        mesh.Link(1, 2).Close(mesh.World.Now, CloseCode.None, "gone");
                    }
                });
                mesh.World.RunUntil(() => mesh.Nodes[0].Host.Gets is [{ Reader.Ended: not null }], Duration.FromSeconds(1));
                datagrams = Math.Max(datagrams, mesh.World.DatagramsSent - before);
                mesh.World.RunFor(Duration.FromSeconds(60));
                var outcomes = mesh.Nodes[0].Host.Gets;
                Assert.True(outcomes.Count <= 1, $"place {place}, end {end}: {outcomes.Count} outcomes");
                Assert.True(end != 1 || outcomes.Count == 1, $"place {place}: nobody was told");
                if (outcomes is [{ Reader: { } reader }])
                {
                    Assert.Equal(1, reader.EndedTimes);
                    Assert.True(!reader.IsWhole || payload.AsSpan().SequenceEqual(reader.Bytes));
                }

                Assert.True(mesh.Leftovers() is null, $"place {place}, end {end}: {mesh.Leftovers()}");
                Assert.Equal(0, mesh.Nodes[0].Core.Gets.Counters.Active);
            }
        }

        Assert.True(datagrams > 10, $"{datagrams} datagrams");
    }

    [Fact]
    [Trait("Scenario", "O6")]
    public void A_node_cannot_be_made_without_a_part_that_its_operations_need()
    {
        var world = new SimulatedNetwork(1, new LinkModel());
        var whole = new SimulatedNode(world, 0, 1);
        Assert.Throws<ArgumentNullException>(() => new NodeCore(whole.Core.Endpoint, OperationSettings.Default, null!));
        Assert.Throws<ArgumentNullException>(() => new NodeCore(whole.Core.Endpoint, null!, whole.Host));
        Assert.Throws<ArgumentNullException>(() => new NodeCore(null!, OperationSettings.Default, whole.Host));
    }

    [Fact]
    [Trait("Scenario", "O7")]
    public void Timers_are_longer_the_nearer_to_the_origin_and_an_order_that_is_not_is_refused()
    {
        OperationSettings settings = OperationSettings.Default;
        for (int hops = 1; hops <= byte.MaxValue; hops++)
        {
            Assert.True(settings.SearchTimeoutOf(hops) > settings.SearchTimeoutOf(hops - 1));
            Assert.True(settings.PutResultTimeoutOf(hops) > settings.PutResultTimeoutOf(hops - 1));
        }

        settings.Validate();
        Duration step = Duration.FromMilliseconds(1);
        (settings with { ProgressInterval = settings.SearchTimeout - step }).Validate();
        foreach (Duration interval in (Duration[])[settings.SearchTimeout, settings.SearchTimeout + step])
        {
            ArgumentException error = Assert.Throws<ArgumentException>(() => (settings with { ProgressInterval = interval }).Validate());
            Assert.Contains("ProgressInterval", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => (settings with { SearchTimeoutPerHop = Duration.Zero }).Validate());
    }

    [Fact]
    [Trait("Scenario", "O8")]
    public void Each_way_to_fail_has_a_status_of_its_own_and_names_its_own_operation()
    {
        OperationStatus[] refusals =
            [OperationStatus.Corrupt, OperationStatus.StoreFailed, OperationStatus.Refused, OperationStatus.DeltaRefused];
        foreach (OperationStatus refusal in refusals)
        {
            var mesh = new SimulatedMesh(3, new LinkModel(), 2, SimulatedMesh.Line(2));
            (ContractKey key, byte[] payload) = mesh.Store(1_000);
            mesh.Nodes[1].Host.OnPut = _ => refusal;
            UInt128 transaction = mesh.PutTo(0, mesh.Link(0, 1), key, payload);
            Assert.True(mesh.World.RunUntil(() => mesh.Nodes[0].Host.Puts.Count == 1, Limit));
            Assert.Equal((transaction, refusal), mesh.Nodes[0].Host.Puts[0]);
        }

        // Nobody has it; somebody is silent; somebody else is lost on the way: three different words for three requests at once.
        var net = new SimulatedMesh(4, new LinkModel(), 3, SimulatedMesh.Line(3));
        (ContractKey nowhere, _) = net.Store(10);
        UInt128 first = net.Get(0, nowhere);
        Assert.True(net.World.RunUntil(() => net.Nodes[0].Host.Gets.Count == 1, Limit));
        Assert.Equal((first, OperationStatus.NotFound), (net.Nodes[0].Host.Gets[0].Transaction, net.Nodes[0].Host.Gets[0].Status));
        net.Nodes[2].Host.IsStuck = true;
        UInt128 second = net.Get(0, nowhere);
        Assert.True(net.World.RunUntil(() => net.Nodes[0].Host.Gets.Count == 2, Limit));
        Assert.Equal((second, OperationStatus.Unavailable), (net.Nodes[0].Host.Gets[1].Transaction, net.Nodes[0].Host.Gets[1].Status));
    }
}
