using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Nodes;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

/// <summary>Streams that are offered before they are sent, and what their senders hear of them afterwards.</summary>
public sealed class OfferScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(120);
    private static readonly LinkModel Rough = new() { Loss = 0.1, Duplication = 0.05, Jitter = Duration.FromMilliseconds(5) };

    [Theory]
    [InlineData(300_000, 0)]
    [InlineData(300_000, 1)]
    [InlineData(300_000, 299_999)]
    [InlineData(300_000, 300_000)]
    [InlineData(1, 0)]
    [InlineData(0, 0)]
    public void An_accepted_offer_brings_the_bytes_from_the_named_one_on(int size, int from)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var chain = new SimulatedChain(seed, Rough, 1);
            byte[] payload = chain.Payload(size);
            SimulatedOffer offer = Offer(chain, payload);
            chain.OnOffer = offered =>
            {
                Assert.Equal(SimulatedHost.DigestOf(payload), offered.Description.Digest);
                Assert.Equal(size, offered.Description.TotalLength);
                Assert.True(offered.Connection.Streams.Accept(chain.World.Now, offered, from));
            };
            Assert.True(chain.World.RunUntil(() => offer.Ended is not null && chain.Readers is [{ Ended: not null }], Limit), $"seed {seed}");
            Assert.Equal(StreamErrorCode.None, offer.Ended);
            Assert.Equal(payload[from..], chain.Readers[0].Bytes);
            Assert.True(chain.Readers[0].IsWhole);
            AssertQuiet(chain);
        }
    }

    [Fact]
    [Trait("Scenario", "P9")]
    public void What_the_receiver_has_already_is_not_sent()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var chain = new SimulatedChain(seed, Rough, 1);
            SimulatedOffer offer = Offer(chain, chain.Payload(4_000_000));
            chain.OnOffer = offered => offered.Connection.Streams.Have(offered);
            Assert.True(chain.World.RunUntil(() => offer.Ended is not null, Limit));
            Assert.Equal(StreamErrorCode.None, offer.Ended);
            Assert.True(offer.Stream.IsHeldAlready);
            Assert.Equal(DeliveryLevel.Committed, offer.Stream.Level);
            Assert.Equal(0, chain.Nodes[0].StreamCounters.PayloadBytesSent);
            Assert.Empty(chain.Readers);
            AssertQuiet(chain);
        }
    }

    [Fact]
    public void A_declined_offer_ends_with_the_receivers_code_and_costs_nothing()
    {
        var chain = new SimulatedChain(1, Rough, 1);
        SimulatedOffer offer = Offer(chain, chain.Payload(4_000_000));
        chain.OnOffer = offered => offered.Connection.Streams.Decline(offered, StreamErrorCode.TooLarge);
        Assert.True(chain.World.RunUntil(() => offer.Ended is not null, Limit));
        Assert.Equal((StreamErrorCode.TooLarge, 1), (offer.Ended!.Value, offer.EndedTimes));
        Assert.Equal(0, chain.Nodes[0].StreamCounters.PayloadBytesSent);
        AssertQuiet(chain);
    }

    [Fact]
    public void An_offer_that_nobody_answers_fails_at_both_ends_and_can_no_longer_be_accepted()
    {
        var chain = new SimulatedChain(1, new LinkModel(), 1);
        SimulatedOffer offer = Offer(chain, chain.Payload(1_000));
        StreamOffer? seen = null;
        chain.OnOffer = offered => seen = offered;
        Assert.True(chain.World.RunUntil(() => offer.Ended is not null, Limit));
        Assert.Equal(StreamErrorCode.Stalled, offer.Ended);
        StreamTable streams = seen!.Connection.Streams;
        Assert.False(streams.Accept(chain.World.Now, seen, 0));
        streams.Have(seen);
        streams.Decline(seen, StreamErrorCode.Cancelled);
        AssertQuiet(chain);
    }

    [Fact]
    [Trait("Scenario", "A8")]
    public void A_withdrawn_offer_leaves_nothing_at_either_end()
    {
        var chain = new SimulatedChain(2, Rough, 1);
        SimulatedOffer offer = Offer(chain, chain.Payload(100_000));
        StreamOffer? seen = null;
        chain.OnOffer = offered =>
        {
            seen = offered;
            offer.Stream.Connection.Streams.Reset(offer.Stream, StreamErrorCode.Cancelled);
        };
        Assert.True(chain.World.RunUntil(() => offer.Ended is not null, Limit));
        chain.World.RunFor(Duration.FromSeconds(2));
        Assert.False(seen!.Connection.Streams.Accept(chain.World.Now, seen, 0));
        Assert.Equal(StreamErrorCode.Cancelled, offer.Ended);
        AssertQuiet(chain);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [Trait("Scenario", "A6")]
    public void Levels_of_delivery_come_from_the_final_destination_and_each_once(int hops)
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            var chain = new SimulatedChain(seed, Rough, hops) { ReaderWants = 0 };
            chain.OnOffer = offered => offered.Connection.Streams.Accept(chain.World.Now, offered, 0);
            byte[] payload = chain.Payload(40_000);
            SimulatedOffer offer = Offer(chain, payload);
            Assert.Equal(DeliveryLevel.Queued, offer.Stream.Level);

            // Every hop has all of it, and nobody has read a byte: acknowledged by the next hop, and no more.
            Assert.True(chain.World.RunUntil(() => offer.Ended is not null && chain.Readers is [{ Ended: not null }], Limit));
            chain.World.RunFor(Duration.FromSeconds(3));
            Assert.Equal(DeliveryLevel.Acknowledged, offer.Stream.Level);
            Assert.Empty(offer.Levels);

            SimulatedReader reader = chain.Readers[0];
            reader.Want(long.MaxValue, chain.World.Now);
            reader.Stream.Connection.Streams.Report(reader.Stream, DeliveryLevel.Consumed);
            reader.Stream.Connection.Streams.Report(reader.Stream, DeliveryLevel.Consumed);
            Assert.True(chain.World.RunUntil(() => offer.Levels.Count == 1, Limit));
            Assert.Equal(DeliveryLevel.Consumed, offer.Stream.Level);
            reader.Stream.Connection.Streams.Report(reader.Stream, DeliveryLevel.Committed);
            Assert.True(chain.World.RunUntil(() => offer.Levels.Count == 2, Limit));
            Assert.Equal([DeliveryLevel.Consumed, DeliveryLevel.Committed], offer.Levels);
            Assert.Equal(0, offer.Stream.Connection.Streams.ReportsAwaitedCount);
            AssertQuiet(chain);
        }
    }

    [Fact]
    [Trait("Scenario", "A6")]
    public void A_destination_that_dies_before_it_commits_leaves_the_level_where_the_truth_is()
    {
        var chain = new SimulatedChain(3, new LinkModel(), 1);
        chain.OnOffer = offered => offered.Connection.Streams.Accept(chain.World.Now, offered, 0);
        SimulatedOffer offer = Offer(chain, chain.Payload(40_000));
        Assert.True(chain.World.RunUntil(() => offer.Ended is not null && chain.Readers.Count == 1, Limit));
        chain.Readers[0].Stream.Connection.Streams.Report(chain.Readers[0].Stream, DeliveryLevel.Consumed);
        Assert.True(chain.World.RunUntil(() => offer.Levels.Count == 1, Limit));
        chain.Restart(1);
        Assert.True(chain.World.RunUntil(() => offer.ReportsEndedTimes == 1, Limit));
        Assert.Equal(DeliveryLevel.Consumed, offer.Stream.Level);
    }

    [Fact]
    public void A_digest_that_is_known_only_at_the_end_travels_with_it()
    {
        var chain = new SimulatedChain(4, Rough, 2);
        byte[] payload = chain.Payload(100_000);
        byte[] digest = SimulatedHost.DigestOf(payload);
        SimulatedWriter writer = chain.Send(payload, announceLength: false, digestAtEnd: digest);
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null && chain.Readers is [{ Ended: not null }], Limit));
        Assert.True(chain.Readers[0].Stream.Description!.Digest.IsEmpty);
        Assert.Equal(digest, chain.Readers[0].Stream.Digest);
    }

    [Fact]
    public void To_a_peer_that_does_not_know_them_neither_offers_nor_wishes_are_sent()
    {
        var chain = new SimulatedChain(5, new LinkModel(), 1, EndpointSettings.Default with { Capabilities = Capabilities.None });
        Assert.False(chain.Link(0, 1).Streams.CanOffer);
        byte[] payload = chain.Payload(10_000);
        Assert.Throws<InvalidOperationException>(() => Offer(chain, payload));
        var writer = new SimulatedWriter(
            chain.World.Now,
            chain.Link(0, 1),
            chain.Nodes[0].Pool,
            payload,
            new StreamDescription { TotalLength = payload.Length, WantsDelivery = true });
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null && chain.Readers is [{ Ended: not null }], Limit));
        Assert.False(chain.Readers[0].Stream.Description!.WantsDelivery);
    }

    private static SimulatedOffer Offer(SimulatedChain chain, byte[] payload) => new(
        chain.World.Now,
        chain.Link(0, 1),
        chain.Nodes[0].Pool,
        payload,
        new StreamDescription
        {
            TransferId = chain.World.Random.NextUInt64(),
            TotalLength = payload.Length,
            Digest = SimulatedHost.DigestOf(payload),
            WantsDelivery = true,
        });

    private static void AssertQuiet(SimulatedChain chain)
    {
        chain.World.RunFor(Duration.FromSeconds(5));
        Assert.All(chain.Nodes, node =>
        {
            Assert.Equal((0, 0), (node.Pool.RentedBytes, node.Pool.ReservedBytes));
            Assert.All(node.Connections, connection =>
            {
                Assert.Equal(
                    (0, 0, 0),
                    (connection.Streams.SendingCount, connection.Streams.ReceivingCount, connection.Streams.OffersCount));
                Assert.Equal(0, connection.Recovery.BytesInFlight);
            });
        });
    }
}
