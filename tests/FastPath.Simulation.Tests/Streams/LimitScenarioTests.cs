using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;
using FastPath.Simulation.Transfers;

namespace FastPath.Simulation.Tests.Streams;

public sealed class LimitScenarioTests
{
    private const int Block = Buffers.Pooling.PinnedSlabPool.DefaultBlockBytes;
    private static readonly Duration Limit = Duration.FromSeconds(300);
    private static readonly Duration Tick = Duration.FromMilliseconds(500);

    [Theory]
    [Trait("Scenario", "M1")]
    [InlineData(256, 256L * 1_024 * 1_024)]
    [InlineData(100_000, 64L * 1_024 * 1_024)]
    public void A_hundred_thousand_streams_of_one_fragment_each_are_gone_after_the_progress_limit(int streamsMax, long budget)
    {
        using var chain = new SimulatedChain(1, new LinkModel(), hops: 1, WithStreams(
            new StreamSettings { StreamsMax = streamsMax }, budget));
        Connection connection = chain.Link(1, 0);
        byte[] fragment = new byte[1_000];
        for (ulong i = 0; i < 100_000; i++)
        {
            ulong id = StreamId.Of(i, byInitiator: true);
            ForgedPacket.Give(connection, chain.World.Now, (ref writer) =>
            {
                new StreamOpenFrame { StreamId = id, TransferId = id, TotalLength = 2_000 }.Write(ref writer);
                new FragmentFrame(id, 0, fragment).Write(ref writer);
            });
        }

        int open = connection.Streams.ReceivingCount;
        Assert.InRange(open, 1, Math.Min(streamsMax, budget / (2_000 + (2 * Block))));
        Assert.InRange(chain.Nodes[1].Pool.ReservedBytes, 1, budget);
        Assert.InRange(chain.Nodes[1].Pool.PeakRentedBytes, 1, (long)open * Block);

        // Duplicates for as long as it takes refresh nothing.
        Instant stalledAt = chain.World.Now;
        while (connection.Streams.ReceivingCount > 0 && chain.World.Now - stalledAt < Limit)
        {
            ForgedPacket.Give(connection, chain.World.Now, (ref writer) => new FragmentFrame(0, 0, fragment).Write(ref writer));
            chain.World.RunFor(Tick);
        }

        Assert.True(chain.World.Now - stalledAt <= StreamSettings.Default.ProgressTimeout + (Tick * 2), $"{chain.World.Now - stalledAt}");
        Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
        Assert.All(chain.Readers, reader => Assert.Equal(StreamErrorCode.Stalled, reader.Ended));
        Assert.Equal(ConnectionState.Established, connection.State);
    }

    [Fact]
    [Trait("Scenario", "M2")]
    public void Another_total_length_ends_that_stream_and_no_other()
    {
        using var chain = new SimulatedChain(2, new LinkModel(), hops: 1);
        Connection connection = chain.Link(1, 0);
        Open(chain, 0, 5_000);
        Open(chain, 1, 5_000);
        Open(chain, 0, 6_000);
        chain.World.RunFor(Duration.FromMilliseconds(1));
        Assert.Equal(StreamErrorCode.FinalSize, chain.Readers[0].Ended);
        Assert.Null(chain.Readers[1].Ended);
        ForgedPacket.Give(connection, chain.World.Now, (ref writer) => new FinFrame(StreamId.Of(1, true), 4_999).Write(ref writer));
        Assert.Equal(StreamErrorCode.FinalSize, chain.Readers[1].Ended);
        Assert.Equal(ConnectionState.Established, connection.State);
    }

    [Fact]
    [Trait("Scenario", "M2")]
    public void A_stream_over_the_cap_is_refused_and_those_under_it_go_on()
    {
        using var chain = new SimulatedChain(3, new LinkModel(), hops: 1, WithStreams(new StreamSettings { StreamsMax = 4 }));
        Connection connection = chain.Link(1, 0);
        for (ulong i = 0; i <= 4; i++)
        {
            Open(chain, i, 1_000);
        }

        chain.World.RunFor(Duration.FromMilliseconds(1));
        Assert.Equal((4, 1L), (connection.Streams.ReceivingCount, connection.Streams.Counters.StreamsRefused));
        for (ulong i = 0; i < 4; i++)
        {
            ulong id = StreamId.Of(i, byInitiator: true);
            ForgedPacket.Give(connection, chain.World.Now, (ref writer) => new FragmentFrame(id, 0, new byte[1_000]).Write(ref writer));
        }

        Assert.All(chain.Readers, reader => Assert.True(reader.IsWhole));
        Assert.Equal(4, chain.Readers.Count);
    }

    [Fact]
    [Trait("Scenario", "M5")]
    public void Every_other_fragment_of_a_window_costs_no_more_than_the_window()
    {
        using var chain = new SimulatedChain(4, new LinkModel(), hops: 1);
        Connection connection = chain.Link(1, 0);
        long window = StreamSettings.Default.InitialCreditBytes;
        Open(chain, 0, 10 * window);
        for (long at = 1_000; at + 1_000 <= window; at += 2_000)
        {
            long offset = at;
            ForgedPacket.Give(connection, chain.World.Now, (ref writer) => new FragmentFrame(0, offset, new byte[1_000]).Write(ref writer));
        }

        chain.World.RunFor(Duration.FromSeconds(20));
        Assert.Null(chain.Readers[0].Ended);
        Assert.InRange(chain.Nodes[1].Pool.PeakRentedBytes, window / 2, window + (2 * Block));
        chain.World.RunFor(Duration.FromSeconds(12));
        Assert.Equal(StreamErrorCode.Stalled, chain.Readers[0].Ended);
        Assert.Equal(ConnectionState.Established, connection.State);
        Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
    }

    [Fact]
    [Trait("Scenario", "M5")]
    public void A_window_of_contiguous_single_bytes_with_a_parked_reader_is_never_an_error()
    {
        using var chain = new SimulatedChain(5, new LinkModel(), hops: 1) { ReaderWants = 0 };
        Connection connection = chain.Link(1, 0);
        long window = StreamSettings.Default.InitialCreditBytes;
        Open(chain, 0, 10 * window);
        for (long at = 0; at < window; at++)
        {
            long offset = at;
            ForgedPacket.Give(connection, chain.World.Now, (ref writer) => new FragmentFrame(0, offset, new[] { (byte)offset }).Write(ref writer));
        }

        chain.World.RunFor(Duration.FromSeconds(60));
        Assert.Null(chain.Readers[0].Ended);
        chain.Readers[0].Want(long.MaxValue, chain.World.Now);
        Assert.Equal(Enumerable.Range(0, (int)window).Select(i => (byte)i), chain.Readers[0].Bytes);
        Assert.Equal(0, chain.Nodes[1].Pool.RentedBytes);
    }

    [Fact]
    [Trait("Scenario", "M5")]
    public void A_wide_window_over_a_long_path_with_bursts_of_loss_completes()
    {
        const long Window = 8 * 1_024 * 1_024;
        var settings = new EndpointSettings
        {
            Connection = new ConnectionSettings
            {
                Streams = new StreamSettings { SinkWindowBytesMin = Window, WindowBytesMax = Window },
                Recovery = new RecoverySettings { Congestion = CongestionAlgorithm.Bbr },
            },
        };
        var model = new LinkModel
        {
            Delay = Duration.FromMilliseconds(225),
            RateBytesPerSecond = 12_500_000,
            QueueBytes = 4_000_000,
            Bursts = new BurstLoss(Duration.FromMilliseconds(95), Duration.FromMilliseconds(5)),
        };
        using var chain = new SimulatedChain(6, model, hops: 1, settings);
        byte[] payload = chain.Payload(40_000_000);
        chain.Send(payload, ringBytes: Window);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }], Limit), $"{chain.Readers[0].Count} bytes");
        Assert.True(chain.Readers[0].IsWhole, $"{chain.Readers[0].Ended}");
        Assert.True(payload.AsSpan().SequenceEqual(chain.Readers[0].Read));
        Assert.True(chain.Readers[0].Stream.Ring.PeakReorderedBytes > 1_000_000, "the window was never wide open");
    }

    [Fact]
    [Trait("Scenario", "M6")]
    public void A_place_under_the_limit_is_held_from_admission_to_the_end_and_given_back_once()
    {
        const int Places = 4;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            using var chain = new SimulatedChain(
                seed, new LinkModel { Loss = 0.05 }, hops: 1, WithStreams(new StreamSettings { StreamsMax = Places }));
            int most = 0;
            chain.World.Turned += _ => most = Math.Max(most, chain.Link(1, 0).Streams.ReceivingCount);
            List<SimulatedWriter> writers = [.. Enumerable.Range(0, 40).Select(i => chain.Send(chain.Payload(4_000), new[] { (byte)i }))];

            // Every way to end: by itself, by the writer before and after admission, by the reader.
            chain.OnReader = reader =>
            {
                if (reader.Stream.Description!.Metadata.Span[0] % 4 == 1)
                {
                    chain.Link(1, 0).Streams.Stop(reader.Stream, StreamErrorCode.Cancelled);
                }
            };
            chain.World.AfterDatagrams(12, () =>
            {
                foreach (SimulatedWriter writer in writers.Where((_, i) => i % 4 == 2))
                {
                    chain.Link(0, 1).Streams.Reset(writer.Stream, StreamErrorCode.Cancelled);
                }
            });
            Assert.True(chain.World.RunUntil(() => writers.All(writer => writer.Ended is not null), Limit), $"seed {seed}");
            Assert.InRange(most, 2, Places);
            Assert.All(writers.Where((_, i) => i % 4 is 0 or 3), writer => Assert.Equal(StreamErrorCode.None, writer.Ended));

            // All places are free again, and no more than there are: so many streams are admitted at once.
            chain.World.RunFor(Duration.FromSeconds(5));
            List<SimulatedWriter> later = [.. Enumerable.Range(0, Places + 1).Select(_ => chain.Send(chain.Payload(5_000), new byte[] { 0 }))];
            Assert.Equal([true, true, true, true, false], later.Select(writer => writer.Stream.HasId));
            Assert.True(chain.World.RunUntil(() => later.All(writer => writer.Ended == StreamErrorCode.None), Limit), $"seed {seed}");
            Assert.True(chain.World.RunUntil(() => chain.Nodes.All(node => EndpointLeftovers.Of(node) is null), Limit));
        }
    }

    [Fact]
    [Trait("Scenario", "M7")]
    public void As_many_streams_as_the_first_time_may_be_open_at_once_the_second_time()
    {
        const int Places = 256;
        using var chain = new SimulatedChain(1, new LinkModel(), hops: 1);
        foreach (int burst in (int[])[50, Places, Places])
        {
            List<SimulatedWriter> writers = [.. Enumerable.Range(0, burst).Select(i => chain.Send(chain.Payload(3_000)))];
            Assert.InRange(writers.Count(writer => writer.Stream.HasId), burst * 31 / 32, burst);
            Assert.True(chain.World.RunUntil(() => writers.TrueForAll(writer => writer.Ended == StreamErrorCode.None), Limit));
            chain.World.RunFor(Duration.FromSeconds(1));
        }
    }

    private static EndpointSettings WithStreams(StreamSettings streams, long budget = 256L * 1_024 * 1_024) => new()
    {
        BufferBudgetBytes = budget,
        Connection = new ConnectionSettings { Streams = streams },
    };

    private static void Open(SimulatedChain chain, ulong index, long totalLength) => ForgedPacket.Give(
        chain.Link(1, 0),
        chain.World.Now,
        (ref writer) => new StreamOpenFrame
        {
            StreamId = StreamId.Of(index, byInitiator: true),
            TransferId = index,
            TotalLength = totalLength,
        }.Write(ref writer));
}
