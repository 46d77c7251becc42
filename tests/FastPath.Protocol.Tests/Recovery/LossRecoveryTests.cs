using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

public sealed class LossRecoveryTests
{
    private const int Size = 1_200;
    private readonly Sink _sink = new();

    [Fact]
    public void Three_later_packets_declare_a_packet_lost_and_its_frames_come_back()
    {
        LossRecovery recovery = Create();
        Send(recovery, At(0), 4);
        Assert.Equal(AckResult.Accepted, recovery.HandleAck(At(10), Duration.Zero, [new AckRange(1, 3)], _sink));
        Assert.Equal([0UL], _sink.Lost);
        Assert.Equal([1UL, 2UL, 3UL], _sink.Acknowledged);
        Assert.Equal(0, recovery.BytesInFlight);
    }

    [Fact]
    public void Nine_eighths_of_a_round_trip_declare_a_packet_lost()
    {
        LossRecovery recovery = Create();
        Send(recovery, At(0), 2);
        recovery.HandleAck(At(40), Duration.Zero, [new AckRange(1, 1)], _sink);
        Assert.Equal(At(45), recovery.NextDeadline);
        recovery.HandleTimeout(At(45), _sink);
        Assert.Equal([0UL], _sink.Lost);
        Assert.Equal(Instant.Never, recovery.NextDeadline);
    }

    [Fact]
    public void An_ACK_of_a_packet_never_sent_is_invalid()
    {
        LossRecovery recovery = Create();
        Send(recovery, At(0), 1);
        Assert.Equal(AckResult.Invalid, recovery.HandleAck(At(1), Duration.Zero, [new AckRange(0, 1)], _sink));
    }

    [Fact]
    [Trait("Scenario", "F7")]
    public void Probe_timeouts_double_to_the_cap_and_one_ACK_resets_them()
    {
        LossRecovery recovery = Create();
        Send(recovery, At(0), 1);
        recovery.HandleAck(At(20), Duration.Zero, [new AckRange(0, 0)], _sink);
        Duration first = recovery.ProbeTimeout;
        Send(recovery, At(20), 1);
        Instant now = At(20);
        var intervals = new List<Duration>();
        for (int i = 0; i < 12; i++)
        {
            intervals.Add(recovery.NextDeadline - now);
            now = recovery.NextDeadline;
            recovery.HandleTimeout(now, _sink);
            Assert.Equal(2, recovery.ProbesOwed);
        }

        Assert.Equal(first, intervals[0]);
        Assert.Equal(first * 2, intervals[1]);
        Assert.Equal(RecoverySettings.Default.ProbeIntervalMax, intervals[^1]);
        recovery.HandleAck(now, Duration.Zero, [new AckRange(1, 1)], _sink);
        Send(recovery, now, 1);
        Assert.Equal(recovery.ProbeTimeout, recovery.NextDeadline - now);
        Assert.Equal(0, recovery.ProbesOwed);
    }

    [Fact]
    [Trait("Scenario", "F12")]
    public void The_peers_own_delay_is_not_part_of_a_sample()
    {
        LossRecovery recovery = Create();
        for (ulong i = 0; i < 200; i++)
        {
            Instant sent = At(100 * (long)i);
            Send(recovery, sent, 1);
            Duration delay = i == 0 ? Duration.Zero : Duration.FromMilliseconds(5);
            recovery.HandleAck(sent + Duration.FromMilliseconds(20) + delay, delay, [new AckRange(i, i)], _sink);
        }

        Assert.InRange(recovery.Rtt.Smoothed.Milliseconds, 19.9, 20.1);
    }

    [Fact]
    [Trait("Scenario", "F12")]
    public void The_largest_delay_of_acknowledgements_with_jitter_of_half_a_round_trip_sends_next_to_nothing_again()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            const int Packets = 5_000;
            var random = new SeededRandom(seed);
            LossRecovery recovery = Create();
            var arrivals = new Queue<Instant>();
            Instant lastArrival = Instant.Zero;
            Duration largestDelay = RecoverySettings.Default.PeerMaxAckDelay;
            ulong acknowledged = 0;
            for (int i = 0; i < Packets; i++)
            {
                Instant now = At(5 * i);
                for (; arrivals.TryPeek(out Instant arrival) && arrival + largestDelay <= now; acknowledged++)
                {
                    arrivals.Dequeue();
                    recovery.HandleAck(arrival + largestDelay, largestDelay, [new AckRange(0, acknowledged)], _sink);
                }

                if (now >= recovery.NextDeadline)
                {
                    recovery.HandleTimeout(now, _sink);
                }

                Send(recovery, now, 1);
                lastArrival = Instant.Max(lastArrival, now + Duration.FromMicroseconds(10_000 + random.NextInt32(20_000)));
                arrivals.Enqueue(lastArrival);
            }

            Assert.True(_sink.Lost.Count <= Packets / 1_000, $"seed {seed}: {_sink.Lost.Count} sent again");
            _sink.Lost.Clear();
        }
    }

    [Fact]
    [Trait("Scenario", "F6")]
    public void Flight_is_zero_at_quiescence_after_any_schedule()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            RunSchedule(new SeededRandom(seed), seed);
        }
    }

    private static void RunSchedule(SeededRandom random, ulong seed)
    {
        var sink = new Sink();
        LossRecovery recovery = Create();
        var received = new AckTracker(Duration.FromMilliseconds(5));
        var ranges = new AckRange[AckFrame.RangesMax];
        Instant now = At(0);
        for (int step = 0; step < 500; step++)
        {
            now += Duration.FromMicroseconds(random.NextInt32(20_000));
            ulong number = recovery.NextPacketNumber;
            bool isEliciting = random.NextChance(0.8);
            SentFrame[] frames = isEliciting ? [new SentFrame(FrameType.Fragment, number)] : [];
            recovery.OnPacketSent(now, 100 + random.NextInt32(Size), isEliciting, false, frames);
            if (random.NextChance(0.7))
            {
                received.OnPacketReceived(number, isEliciting, now);
            }

            if (now >= recovery.NextDeadline)
            {
                recovery.HandleTimeout(now, sink);
            }

            if (random.NextChance(0.3) && received.CopyRanges(ranges) is var count and > 0)
            {
                recovery.HandleAck(now, Duration.Zero, ranges.AsSpan(0, count), sink);
            }

            Assert.True(recovery.BytesInFlight >= 0, $"seed {seed}");
        }

        received.OnPacketReceived(recovery.NextPacketNumber, true, now);
        recovery.OnPacketSent(now, Size, true, false, [new SentFrame(FrameType.Ping, 0)]);
        int last = received.CopyRanges(ranges);
        recovery.HandleAck(now + Duration.FromSeconds(10), Duration.Zero, ranges.AsSpan(0, last), sink);
        for (int i = 0; i < 3 && recovery.NextDeadline != Instant.Never; i++)
        {
            // What is newer than the packet threshold is declared lost by time.
            recovery.HandleTimeout(recovery.NextDeadline, sink);
        }

        Assert.True(recovery.BytesInFlight == 0, $"seed {seed}: {recovery.BytesInFlight} bytes left");
        Assert.True(recovery.IsQuiescent, $"seed {seed}");
    }

    private static LossRecovery Create() => new(new CubicController(Size), RecoverySettings.Default);

    private static Instant At(long milliseconds) => Instant.Zero + Duration.FromMilliseconds(milliseconds);

    private static void Send(LossRecovery recovery, Instant now, int count)
    {
        for (int i = 0; i < count; i++)
        {
            recovery.OnPacketSent(now, Size, true, false, [new SentFrame(FrameType.Fragment, recovery.NextPacketNumber)]);
        }
    }

    private sealed class Sink : IFrameFateSink
    {
        public List<ulong> Acknowledged { get; } = [];

        public List<ulong> Lost { get; } = [];

        public void OnFrameAcknowledged(in SentFrame frame) => Acknowledged.Add(frame.Id);

        public void OnFrameLost(in SentFrame frame) => Lost.Add(frame.Id);
    }
}
