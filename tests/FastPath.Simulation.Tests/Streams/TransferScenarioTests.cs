using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

public sealed class TransferScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(300);

    [Fact]
    [Trait("Scenario", "R10")]
    public void Whatever_the_path_does_the_bytes_arrive_as_sent()
    {
        for (ulong seed = 1; seed <= 150; seed++)
        {
            var random = new SeededRandom(seed);
            var model = new LinkModel
            {
                Delay = Duration.FromMilliseconds(1 + random.NextInt32(20)),
                Jitter = Duration.FromMilliseconds(random.NextInt32(20)),
                Loss = random.NextDouble() * 0.2,
                Duplication = random.NextDouble() * 0.2,
                Corruption = random.NextDouble() * 0.02,
            };
            var chain = new SimulatedChain(seed, model, hops: 1 + random.NextInt32(4));
            byte[] payload = chain.Payload((int)Math.Exp(random.NextDouble() * Math.Log(1 << 20)) - 1);
            byte[] metadata = chain.Payload(random.NextInt32(257));
            SimulatedWriter writer = chain.Send(payload, metadata, announceLength: random.NextChance(0.7));
            bool isDone = chain.World.RunUntil(
                () => writer.Ended is not null && chain.Readers is [{ Ended: not null }], Limit);
            Assert.True(isDone, $"seed {seed}: writer {writer.Ended}, acknowledged {writer.Stream.AcknowledgedTo} of {payload.Length}, {chain.Readers.Count} readers");
            Assert.True(chain.Readers[0].IsWhole, $"seed {seed}: {chain.Readers[0].Ended}");
            Assert.True(payload.AsSpan().SequenceEqual(chain.Readers[0].Bytes), $"seed {seed}");
            Assert.Equal(metadata, chain.Readers[0].Stream.Description!.Metadata.ToArray());
            AssertBaseline(chain, $"seed {seed}");
        }
    }

    [Fact]
    [Trait("Scenario", "R1")]
    public void Every_boundary_size_is_complete_exactly_with_its_last_byte()
    {
        const int P = 1_130;
        int[] sizes = [0, 1, P - 1, P, P + 1, (2 * P) - 1, 2 * P, (2 * P) + 1, (57 * P) - 256, (57 * P) + 256, 65_535, 65_536, 65_537];
        foreach (int size in sizes)
        {
            foreach (int metadata in (int[])[0, 256, 900])
            {
                var chain = new SimulatedChain(7, new LinkModel(), hops: 2);
                byte[] payload = chain.Payload(size);
                chain.Send(payload, chain.Payload(metadata));
                bool wasEarly = false;
                bool isDone = chain.World.RunUntil(
                    () =>
                    {
                        wasEarly |= chain.Readers is [{ Ended: not null } early] && early.Count < size;
                        return chain.Readers is [{ Ended: not null }];
                    },
                    Limit);
                Assert.True(isDone && !wasEarly, $"size {size}, metadata {metadata}");
                Assert.Equal(payload, chain.Readers[0].Bytes);
            }
        }
    }

    [Fact]
    [Trait("Scenario", "O1")]
    public void Any_single_datagram_may_be_lost()
    {
        long count = 0;
        for (long drop = 0; drop <= count; drop++)
        {
            var chain = new SimulatedChain(11, new LinkModel(), hops: 1);
            byte[] payload = chain.Payload(30_000);
            long seen = 0;
            long target = drop;
            chain.World.Intercept = (_, _, _) => seen++ != target;
            SimulatedWriter writer = chain.Send(payload, chain.Payload(100));
            Assert.True(
                chain.World.RunUntil(() => writer.Ended is not null && chain.Readers is [{ Ended: not null }], Limit), $"drop {drop}");
            Assert.Single(chain.Readers);
            Assert.Equal(payload, chain.Readers[0].Bytes);
            count = drop == 0 ? seen : count;
        }

        Assert.True(count > 30);
    }

    [Fact]
    [Trait("Scenario", "O2")]
    public void Repeated_datagrams_open_and_complete_a_stream_once()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var chain = new SimulatedChain(seed, new LinkModel { Duplication = 1, Jitter = Duration.FromMilliseconds(50) }, hops: 1);
            var streams = new List<SimulatedWriter>();
            for (int i = 0; i < 20; i++)
            {
                streams.Add(chain.Send(chain.Payload(3_000), chain.Payload(50)));
            }

            Assert.True(chain.World.RunUntil(() => streams.All(s => s.Ended is not null), Limit));
            chain.World.RunFor(Duration.FromSeconds(5));
            Assert.Equal(20, chain.Readers.Count);
            Assert.All(chain.Readers, reader => Assert.Equal(1, reader.EndedTimes));
            Assert.All(streams, writer => Assert.Equal(1, writer.EndedTimes));
            Assert.Equal(0, chain.Link(1, 0).Streams.ReceivingCount);
        }
    }

    [Fact]
    [Trait("Scenario", "O3")]
    public void Equal_ids_on_two_connections_and_two_incarnations_never_mix()
    {
        var chain = new SimulatedChain(5, new LinkModel { Jitter = Duration.FromMilliseconds(20) }, hops: 2);
        byte[] left = chain.Payload(100_000);
        byte[] right = chain.Payload(100_000);

        // Node 1 receives id 0 from node 0 and, as the other end's opener, sends its own id 0 to node 2.
        chain.Send(left);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }], Limit));
        Assert.Equal(left, chain.Readers[0].Bytes);

        chain.Send(right);
        chain.World.RunFor(Duration.FromMilliseconds(60));
        Endpoint again = chain.Restart(0);
        again.Dial(chain.World.Now, chain.Nodes[1].PublicKey, SimulatedChain.AddressOf(1));
        Assert.True(chain.World.RunUntil(() => again.Find(chain.Nodes[1].PublicKey) is { IsConfirmed: true }, Limit));
        byte[] fresh = chain.Payload(80_000);
        chain.Send(fresh);
        Assert.True(chain.World.RunUntil(() => chain.Readers.Any(r => r.IsWhole && r.Count == fresh.Length), Limit));
        Assert.Equal(fresh, chain.Readers[^1].Bytes);
        SimulatedReader cut = chain.Readers[1];
        Assert.True(chain.World.RunUntil(() => cut.Ended is not null, Limit));
        Assert.Equal(StreamErrorCode.UpstreamLost, cut.Ended);
        Assert.True(right.AsSpan(0, cut.Bytes.Length).SequenceEqual(cut.Bytes));
    }

    [Fact]
    [Trait("Scenario", "R6")]
    public void A_sender_that_vanishes_after_any_fragment_fails_the_reader_within_the_progress_limit()
    {
        for (int after = 1; after <= 40; after += 3)
        {
            var chain = new SimulatedChain(13, new LinkModel(), hops: 1);
            int fragments = 0;
            int limit = after;
            chain.World.Intercept = (from, _, datagram) =>
                from != SimulatedChain.AddressOf(0) || datagram.Length < 500 || fragments++ < limit;
            chain.Send(chain.Payload(60_000));
            Assert.True(chain.World.RunUntil(() => chain.Readers.Count == 1 && fragments >= limit, Limit));
            chain.World.Remove(SimulatedChain.AddressOf(0));
            chain.World.RunFor(Duration.FromSeconds(1));
            Instant silentSince = chain.Readers[0].Stream.LastProgressAt;
            Assert.True(chain.World.RunUntil(() => chain.Readers[0].Ended is not null, Limit));
            Assert.Equal(StreamErrorCode.Stalled, chain.Readers[0].Ended);
            Assert.True(chain.World.Now - silentSince <= Duration.FromSeconds(31), $"{chain.World.Now - silentSince}");
        }
    }

    [Fact]
    [Trait("Scenario", "R6")]
    public void Losing_the_connection_fails_its_streams_at_once()
    {
        var chain = new SimulatedChain(14, new LinkModel(), hops: 1) { ReaderWants = 1_000 };
        SimulatedWriter writer = chain.Send(chain.Payload(1_000_000));
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: > 0 }], Limit));
        chain.Link(0, 1).Close(chain.World.Now, CloseCode.None, "test");
        Assert.Equal(StreamErrorCode.ConnectionLost, writer.Ended);
        Assert.True(chain.World.RunUntil(() => chain.Readers[0].Ended is not null, Duration.FromMilliseconds(50)));
        Assert.Equal(StreamErrorCode.ConnectionLost, chain.Readers[0].Ended);
    }

    [Fact]
    [Trait("Scenario", "A3")]
    public void One_stream_of_fifty_aborted_by_either_side_leaves_the_others_alone()
    {
        foreach (bool bySender in (bool[])[true, false])
        {
            var chain = new SimulatedChain(17, new LinkModel { Loss = 0.05 }, hops: 1);
            var payloads = Enumerable.Range(0, 50).Select(_ => chain.Payload(40_000)).ToList();
            var writers = payloads.Select((p, i) => chain.Send(p, new[] { (byte)i })).ToList();
            Assert.True(chain.World.RunUntil(() => chain.Readers.Count == 50, Limit));
            if (bySender)
            {
                chain.Link(0, 1).Streams.Reset(writers[20].Stream, StreamErrorCode.Cancelled);
            }
            else
            {
                chain.Link(1, 0).Streams.Stop(ReaderOf(chain, 20).Stream, StreamErrorCode.Cancelled);
            }

            Assert.True(chain.World.RunUntil(
                () => writers.All(w => w.Ended is not null) && chain.Readers.All(r => r.Ended is not null), Limit));
            Assert.Equal(StreamErrorCode.Cancelled, writers[20].Ended);
            Assert.Equal(StreamErrorCode.Cancelled, ReaderOf(chain, 20).Ended);
            for (int i = 0; i < 50; i++)
            {
                Assert.True(i == 20 || payloads[i].AsSpan().SequenceEqual(ReaderOf(chain, i).Bytes));
            }

            Assert.Equal(ConnectionState.Established, chain.Link(0, 1).State);
            AssertBaseline(chain, $"by sender {bySender}");
        }
    }

    [Fact]
    [Trait("Scenario", "A5")]
    public void A_reader_that_stops_is_heard_within_a_round_trip_even_when_the_first_word_is_lost()
    {
        foreach (bool loseFirst in (bool[])[false, true])
        {
            var chain = new SimulatedChain(19, new LinkModel(), hops: 1);
            SimulatedWriter writer = chain.Send(chain.Payload(2_000_000));
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: > 100_000 }], Limit));
            bool dropNext = loseFirst;
            chain.World.Intercept = (from, _, _) =>
            {
                bool keep = !dropNext || from != SimulatedChain.AddressOf(1);
                dropNext &= keep;
                return keep;
            };
            long sentBefore = writer.Stream.PayloadBytesSent;
            chain.Link(1, 0).Streams.Stop(chain.Readers[0].Stream, StreamErrorCode.Cancelled);
            Duration bound = Duration.FromMilliseconds(loseFirst ? 400 : 26);
            Assert.True(chain.World.RunUntil(() => writer.Ended is not null, bound));
            Assert.Equal(StreamErrorCode.Cancelled, writer.Ended);
            Assert.True(writer.Stream.PayloadBytesSent - sentBefore <= chain.Readers[0].Stream.Ring.Capacity);
        }
    }

    [Fact]
    [Trait("Scenario", "A5")]
    public void Bytes_and_the_end_that_came_before_a_close_stay_readable()
    {
        var chain = new SimulatedChain(23, new LinkModel(), hops: 1) { ReaderWants = 0 };
        byte[] payload = chain.Payload(20_000);
        SimulatedWriter writer = chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Limit));
        chain.Link(0, 1).Close(chain.World.Now, CloseCode.None, "done");
        chain.World.RunFor(Duration.FromSeconds(1));
        chain.Readers[0].Want(long.MaxValue, chain.World.Now);
        Assert.True(chain.Readers[0].IsWhole);
        Assert.Equal(payload, chain.Readers[0].Bytes);
        Assert.Equal(0, chain.Nodes[1].Pool.RentedBytes);
    }

    [Fact]
    [Trait("Scenario", "M2")]
    public void Announced_sizes_allocate_nothing_and_the_limit_of_streams_holds()
    {
        foreach (long announced in (long[])[(1L << 40) + 1, 1L << 61, (1L << 62) - 1])
        {
            var chain = new SimulatedChain(29, new LinkModel(), hops: 1);
            long before = chain.Nodes[1].Pool.ReservedBytes;
            var ring = FragmentRing.TryCreate(chain.Nodes[0].Pool, Buffers.Pooling.BufferHolder.SendRing, 0, 1_000)!;
            var listener = new EndRecorder();
            chain.Link(0, 1).Streams.Open(
                chain.World.Now, new StreamDescription { TotalLength = announced }, ring, ring.TryAddCursor()!, listener);
            Assert.True(chain.World.RunUntil(() => listener.Code is not null, Limit));
            Assert.Equal(StreamErrorCode.TooLarge, listener.Code);
            Assert.Equal(before, chain.Nodes[1].Pool.ReservedBytes);
            Assert.Empty(chain.Readers);
        }
    }

    [Fact]
    [Trait("Scenario", "F1")]
    public void A_reader_that_reads_nothing_stops_the_sender_at_its_credit_and_loses_nothing()
    {
        var chain = new SimulatedChain(31, new LinkModel(), hops: 1) { ReaderWants = 0 };
        byte[] payload = chain.Payload(500_000);
        SimulatedWriter writer = chain.Send(payload);
        chain.World.RunFor(Duration.FromSeconds(10));
        Assert.Equal(64 * 1_024, writer.Stream.HighestSent);
        Assert.Equal(64 * 1_024, chain.Readers[0].Stream.Ring.Frontier);
        Assert.True(chain.Nodes[1].Pool.RentedBytes <= 80 * 1_024);

        // The first grant is lost; it is repeated until acknowledged.
        bool dropNext = true;
        chain.World.Intercept = (from, _, _) =>
        {
            bool keep = !dropNext || from != SimulatedChain.AddressOf(1);
            dropNext &= keep;
            return keep;
        };
        chain.Readers[0].Want(long.MaxValue, chain.World.Now);
        Assert.True(chain.World.RunUntil(() => chain.Readers[0].IsWhole, Duration.FromSeconds(5)));
        Assert.Equal(payload, chain.Readers[0].Bytes);
    }

    [Fact]
    [Trait("Scenario", "C9")]
    public void Captured_datagrams_played_again_or_changed_in_any_bit_move_counters_alone()
    {
        var chain = new SimulatedChain(37, new LinkModel(), hops: 1);
        var captured = new List<byte[]>();
        chain.World.Intercept = (from, _, datagram) =>
        {
            if (from == SimulatedChain.AddressOf(0))
            {
                captured.Add([.. datagram]);
            }

            return true;
        };
        byte[] payload = chain.Payload(40_000);
        SimulatedWriter writer = chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null && chain.Readers is [{ Ended: not null }], Limit));
        chain.World.RunFor(Duration.FromSeconds(1));
        chain.World.Intercept = null;
        Connection before = chain.Link(1, 0);
        StreamCounters counters = chain.Nodes[1].StreamCounters;
        (long started, long received) = (counters.ReceivesStarted, counters.PayloadBytesReceived);
        foreach (byte[] datagram in captured)
        {
            chain.World.Inject(SimulatedChain.AddressOf(0), SimulatedChain.AddressOf(1), [.. datagram]);
            byte[] changed = [.. datagram];
            changed[chain.World.Random.NextInt32(changed.Length)] ^= (byte)(1 << chain.World.Random.NextInt32(8));
            chain.World.Inject(SimulatedChain.AddressOf(0), SimulatedChain.AddressOf(1), changed);
        }

        chain.World.RunFor(Duration.FromSeconds(5));
        Assert.Same(before, chain.Link(1, 0));
        Assert.Equal(ConnectionState.Established, before.State);
        Assert.Single(chain.Nodes[1].Connections);
        Assert.Single(chain.Readers);
        Assert.Equal((started, received), (counters.ReceivesStarted, counters.PayloadBytesReceived));
        Assert.True(before.Counters.PacketsDuplicate >= captured.Count);
        AssertBaseline(chain, "after the replay");
    }

    private static SimulatedReader ReaderOf(SimulatedChain chain, int number) =>
        chain.Readers.Single(r => r.Stream.Description!.Metadata.Span[0] == number);

    /// <summary>Nothing stays behind: no block, no reservation, no stream, nothing in flight.</summary>
    private static void AssertBaseline(SimulatedChain chain, string context)
    {
        chain.World.RunFor(Duration.FromSeconds(10));
        foreach (Endpoint node in chain.Nodes)
        {
            Assert.True(node.Pool is { RentedBytes: 0, ReservedBytes: 0 }, $"{context}: {node.Pool.RentedBytes} rented, {node.Pool.ReservedBytes} reserved");
            foreach (Connection connection in node.Connections)
            {
                Assert.True(connection.Recovery.BytesInFlight == 0, $"{context}: {connection.Recovery.BytesInFlight} in flight");
                Assert.Equal((0, 0), (connection.Streams.SendingCount, connection.Streams.ReceivingCount));
                StreamCounters counters = connection.Streams.Counters;
                Assert.Equal(counters.SendsStarted, counters.SendsCompleted + counters.SendsFailed + counters.SendsCancelled);
                Assert.Equal(counters.ReceivesStarted, counters.ReceivesCompleted + counters.ReceivesFailed + counters.ReceivesCancelled);
            }
        }
    }

    private sealed class EndRecorder : ISendListener
    {
        public StreamErrorCode? Code { get; private set; }

        public void OnAcknowledged(SendStream stream)
        {
        }

        public void OnSendEnded(SendStream stream, StreamErrorCode code) => Code = code;
    }
}
