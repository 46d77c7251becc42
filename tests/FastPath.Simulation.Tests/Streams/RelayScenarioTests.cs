using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

public sealed class RelayScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(600);

    [Fact]
    [Trait("Scenario", "P2")]
    public void A_chain_takes_the_time_of_its_slowest_link_and_not_of_all_together()
    {
        const long Rate = 12_500_000;
        const int Size = 2_000_000;
        var delay = Duration.FromMilliseconds(5);

        // Slow start of every sender and the growth of the relays' windows; the same once, whatever the number of hops.
        Duration startUp = Duration.FromMilliseconds(150);
        Duration transfer = Duration.FromSeconds((double)Size / Rate);
        Duration[] taken = [.. Enumerable.Range(1, 8).Select(Time)];
        for (int hops = 1; hops <= 8; hops++)
        {
            Duration bound = transfer + startUp + ((delay + Duration.FromMilliseconds(1)) * hops);
            Assert.True(taken[hops - 1] <= bound, $"{hops} hops: {taken[hops - 1]}, bound {bound}");
        }

        // Store-and-forward would add a whole transfer a hop.
        Assert.True(taken[7] - taken[1] < transfer, $"six more hops cost {taken[7] - taken[1]}");

        Duration Time(int hops)
        {
            var chain = new SimulatedChain(
                3, new LinkModel { Delay = delay, RateBytesPerSecond = Rate }, hops);
            Instant start = chain.World.Now;
            SimulatedWriter writer = chain.Send(chain.Payload(Size));
            bool lastRelaySentEarly = hops == 1;
            bool done = chain.World.RunUntil(
                () =>
                {
                    lastRelaySentEarly |= hops > 1 && chain.Relays.Count == hops - 1 && chain.Relays[^1].IsOpen
                        && chain.Relays[^1].Targets[0].HighestSent > 0 && chain.Relays[0].Source.Ring.HighestEnd < Size;
                    return chain.Readers is [{ IsWhole: true }];
                },
                Limit);
            Assert.True(done && lastRelaySentEarly, $"{hops} hops: done {done}, cut-through {lastRelaySentEarly}, {writer.Ended}");
            return chain.World.Now - start;
        }
    }

    [Fact]
    [Trait("Scenario", "P4")]
    public void A_slow_way_out_slows_the_way_in_and_the_relay_holds_a_window()
    {
        const long Fast = 12_500_000;
        const long Slow = Fast / 10;
        const int Size = 8_000_000;
        var delay = Duration.FromMilliseconds(5);
        var chain = new SimulatedChain(4, new LinkModel { Delay = delay, RateBytesPerSecond = Fast }, hops: 2);
        chain.World.LinkOf = (from, to) =>
            from == SimulatedChain.AddressOf(1) && to == SimulatedChain.AddressOf(2)
                ? new LinkModel { Delay = delay, RateBytesPerSecond = Slow, QueueBytes = 60_000 }
                : null;
        SimulatedWriter writer = chain.Send(chain.Payload(Size));
        Assert.True(chain.World.RunUntil(() => chain.Relays is [{ IsOpen: true }], Limit));
        chain.World.RunFor(Duration.FromSeconds(1));
        long sentBefore = writer.Stream.AcknowledgedTo;
        Instant from = chain.World.Now;
        chain.World.RunFor(Duration.FromSeconds(2));
        double upstreamRate = (writer.Stream.AcknowledgedTo - sentBefore) / (chain.World.Now - from).Seconds;
        Assert.InRange(upstreamRate, 0.5 * Slow, 1.1 * Slow);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ IsWhole: true }], Limit));
        Assert.True(
            chain.Nodes[1].Pool.PeakRentedBytes <= 256 * 1_024, $"the relay held {chain.Nodes[1].Pool.PeakRentedBytes} bytes");
        chain.World.RunFor(Duration.FromSeconds(1));
        Assert.Equal(0, chain.Nodes[1].Pool.RentedBytes);
    }

    [Fact]
    [Trait("Scenario", "P4")]
    public void A_quarter_of_a_gibibyte_through_a_relay_with_a_slow_way_out_leaves_the_other_streams_their_speed()
    {
        const long Fast = 12_500_000;
        const long Slow = Fast / 10;
        const int Size = 256 * 1_024 * 1_024;
        const int OtherSize = 100_000_000;
        var delay = Duration.FromMilliseconds(5);
        using var chain = new SimulatedChain(5, new LinkModel { Delay = delay, RateBytesPerSecond = Fast }, hops: 2)
        {
            ReadsLocally = (_, stream) => !stream.Description!.Metadata.IsEmpty,
        };
        var way = new LinkModel { Delay = delay, RateBytesPerSecond = Slow, QueueBytes = 60_000 };
        chain.World.LinkOf = (from, to) =>
            from == SimulatedChain.AddressOf(1) && to == SimulatedChain.AddressOf(2) ? way : null;
        byte[] payload = chain.Payload(Size);
        Instant start = chain.World.Now;
        SimulatedWriter writer = chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => chain.Relays is [{ IsOpen: true }], Limit));
        chain.World.RunFor(Duration.FromSeconds(2));

        // Back-pressure, not drops: nothing of the relayed stream is sent again for want of room at the relay.
        Instant from = chain.World.Now;
        long before = writer.Stream.AcknowledgedTo;
        SimulatedWriter other = chain.Send(chain.Payload(OtherSize), new byte[] { 1 }, ringBytes: 1_024 * 1_024);
        Assert.True(chain.World.RunUntil(() => other.Ended is not null, Limit));
        double seconds = (chain.World.Now - from).Seconds;
        Assert.Equal(StreamErrorCode.None, other.Ended);
        Assert.InRange(OtherSize / seconds, 0.9 * (Fast - Slow) * 0.95, Fast);
        Assert.InRange((writer.Stream.AcknowledgedTo - before) / seconds, 0.5 * Slow, 1.1 * Slow);
        Assert.Equal(0, chain.Link(1, 0).Streams.Counters.StreamsRefused);
        chain.Nodes[1].Pool.ResetPeak();
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }, { Ended: not null }], Limit));
        Assert.True(payload.AsSpan().SequenceEqual(chain.Readers.Single(reader => reader.Count == Size).Read));
        Assert.InRange(chain.Nodes[1].Pool.PeakRentedBytes, 1, 256 * 1_024);
        Assert.InRange((chain.World.Now - start).Seconds, (double)Size / Slow, 1.08 * Size / Slow);
        chain.World.RunFor(Duration.FromSeconds(1));
        Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
    }

    [Fact]
    [Trait("Scenario", "P2")]
    public void Five_relays_before_a_last_link_of_a_tenth_of_the_speed_cost_less_than_a_tenth_of_its_time()
    {
        const long Fast = 12_500_000;
        const long Slow = Fast / 10;
        const int Size = 64 * 1_024 * 1_024;
        using var chain = new SimulatedChain(7, new LinkModel { RateBytesPerSecond = Fast }, hops: 6);
        var last = new LinkModel { RateBytesPerSecond = Slow, QueueBytes = 60_000 };
        chain.World.LinkOf = (from, to) =>
            from == SimulatedChain.AddressOf(5) && to == SimulatedChain.AddressOf(6) ? last : null;
        byte[] payload = chain.Payload(Size);
        Instant start = chain.World.Now;
        chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }], Limit));
        Assert.True(payload.AsSpan().SequenceEqual(chain.Readers[0].Read));
        Assert.InRange((chain.World.Now - start).Seconds, (double)Size / Slow, 1.08 * Size / Slow);
        Assert.All(chain.Nodes, node => Assert.InRange(node.Pool.PeakRentedBytes, 0, 1_024 * 1_024));
    }

    [Fact]
    [Trait("Scenario", "P6")]
    public void Limits_of_progress_are_strictly_nested_and_the_sink_speaks_first()
    {
        StreamSettings settings = StreamSettings.Default;
        for (int hop = 0; hop < 8; hop++)
        {
            Assert.True(settings.ProgressTimeoutAt(hop) < settings.ProgressTimeoutAt(hop + 1));
        }

        // A source whose application stops: the sink gives up at its own limit, and everybody else hears of it.
        using var chain = new SimulatedChain(8, new LinkModel(), hops: 4);
        SimulatedWriter writer = chain.Send(chain.Payload(50_000), allowed: 30_000);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: 30_000 }], Limit));
        Instant stoppedAt = chain.World.Now;
        Assert.True(chain.World.RunUntil(() => chain.Readers[0].Ended is not null, Limit));
        Assert.InRange((chain.World.Now - stoppedAt).Seconds, settings.ProgressTimeout.Seconds, settings.ProgressTimeout.Seconds + 1);
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(1)));
        Assert.Equal(StreamErrorCode.Stalled, writer.Ended);
        Assert.Equal(3, chain.RelaysEnded.Count);
        Assert.All(chain.RelaysEnded, ended => Assert.Equal(StreamErrorCode.Stalled, ended.Code));
    }

    [Fact]
    [Trait("Scenario", "P3")]
    public void A_way_out_that_goes_dark_ends_the_transfer_at_both_neighbours()
    {
        for (int after = 1; after <= 20; after += 6)
        {
            var chain = new SimulatedChain(6, new LinkModel(), hops: 2);
            int passed = 0;
            int limit = after;
            chain.World.Intercept = (from, to, datagram) => from != SimulatedChain.AddressOf(1)
                || to != SimulatedChain.AddressOf(2) || datagram.Length < 500 || passed++ < limit;
            SimulatedWriter writer = chain.Send(chain.Payload(1_000_000));
            Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Duration.FromSeconds(80)));
            Assert.True(
                writer.Ended is StreamErrorCode.DownstreamLost or StreamErrorCode.Stalled, $"{writer.Ended}");
            Assert.True(chain.World.RunUntil(() => chain.RelaysEnded.Count == 1, Limit));
            chain.World.RunFor(Duration.FromSeconds(60));
            Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
        }
    }

    [Fact]
    [Trait("Scenario", "R2")]
    public void The_last_fragments_in_any_order_end_the_stream_for_every_reader()
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            // Jitter far above the spacing of datagrams: the last ones come in any order, before and while the reader waits.
            var chain = new SimulatedChain(
                seed, new LinkModel { Delay = Duration.FromMilliseconds(1), Jitter = Duration.FromMilliseconds(15) }, hops: 2);
            byte[] payload = chain.Payload(1_167 * (2 + (int)(seed % 5)));
            chain.Send(payload);
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }], Limit), $"seed {seed}");
            Assert.Equal(payload, chain.Readers[0].Bytes);
        }
    }

    [Fact]
    public void A_relay_that_loses_its_source_delivers_what_it_holds_and_then_the_cause()
    {
        var chain = new SimulatedChain(8, new LinkModel(), hops: 2);
        byte[] payload = chain.Payload(1_000_000);
        chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: > 50_000 }], Limit));
        long held = chain.Relays[0].Source.Ring.Frontier;
        chain.Link(1, 0).Close(chain.World.Now, CloseCode.None, "gone");
        Assert.True(chain.World.RunUntil(() => chain.Readers[0].Ended is not null, Duration.FromSeconds(2)));
        Assert.Equal(StreamErrorCode.UpstreamLost, chain.Readers[0].Ended);
        Assert.Equal(held, chain.Readers[0].Bytes.Length);
        Assert.True(payload.AsSpan(0, (int)held).SequenceEqual(chain.Readers[0].Bytes));
        Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
    }

    [Fact]
    public void A_source_that_fails_before_its_first_byte_leaves_the_targets_unopened()
    {
        var chain = new SimulatedChain(9, new LinkModel(), hops: 2);
        var ring = FragmentRing.TryCreate(chain.Nodes[0].Pool, Buffers.Pooling.BufferHolder.SendRing, 0, 1_000)!;
        var listener = new SilentListener();
        SendStream stream = chain.Link(0, 1).Streams.Open(
            chain.World.Now, new StreamDescription { TotalLength = 500 }, ring, ring.TryAddCursor()!, listener);
        Assert.True(chain.World.RunUntil(() => chain.Relays.Count == 1, Limit));
        chain.Link(0, 1).Streams.Reset(stream, StreamErrorCode.Cancelled);
        Assert.True(chain.World.RunUntil(() => chain.RelaysEnded.Count == 1, Limit));
        Assert.Equal(StreamErrorCode.Cancelled, chain.RelaysEnded[0].Code);
        Assert.Equal(0, chain.Link(1, 2).Streams.Counters.SendsStarted);
        Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
    }

    [Fact]
    [Trait("Scenario", "T1")]
    public void A_relay_whose_source_gives_up_counts_every_end_once()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            using var chain = new SimulatedChain(seed, new LinkModel { Loss = 0.1 }, hops: 2);
            SimulatedWriter writer = chain.Send(chain.Payload(100_000));
            chain.World.AfterDatagrams(
                (long)seed, () => writer.Stream.Connection.Streams.Reset(writer.Stream, StreamErrorCode.Cancelled));
            chain.World.RunFor(Duration.FromSeconds(60));
            StreamCounters counters = chain.Nodes[1].StreamCounters;
            Assert.Equal(counters.SendsStarted, counters.SendsCompleted + counters.SendsFailed + counters.SendsCancelled);
        }
    }

    private sealed class SilentListener : ISendListener
    {
        public void OnAcknowledged(SendStream stream)
        {
        }

        public void OnSendEnded(SendStream stream, StreamErrorCode code)
        {
        }
    }
}
