using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

/// <summary>Spurious losses and their undo, tolerance of reordering, and persistent congestion.</summary>
public sealed class LossEpisodeTests : IFrameFateSink
{
    private const int Size = 1_200;
    private readonly RecordingController _controller = new();
    private readonly LossRecovery _recovery;
    private int _framesLost;

    public LossEpisodeTests() => _recovery = new LossRecovery(_controller, RecoverySettings.Default, usesEcn: true);

    [Fact]
    public void When_all_that_was_lost_arrives_the_reduction_is_taken_back()
    {
        Send(0, 10);
        Acknowledge(20, (5, 9));
        Assert.Equal((1, 5), (_controller.Losses.Count, _framesLost));
        Acknowledge(21, (5, 9), (1, 3));
        Assert.Equal(0, _controller.Undone);
        Acknowledge(22, (0, 9));
        Assert.Equal(1, _controller.Undone);
        Assert.Equal(5, _recovery.SpuriousLosses);
    }

    [Fact]
    public void One_real_loss_among_spurious_ones_keeps_the_reduction()
    {
        Send(0, 10);
        Acknowledge(20, (5, 9));
        Acknowledge(21, (5, 9), (1, 4));
        Assert.Equal((0, 4L), (_controller.Undone, _recovery.SpuriousLosses));
    }

    [Fact]
    public void A_late_arrival_of_an_older_episode_undoes_nothing()
    {
        Send(0, 4);
        Acknowledge(20, (1, 3));
        Send(25, 4);
        Acknowledge(45, (5, 7), (1, 3));
        Assert.Equal([true, true], _controller.Losses.Select(loss => loss.IsNewEpisode));
        Acknowledge(46, (5, 7), (0, 3));
        Assert.Equal((0, 1L), (_controller.Undone, _recovery.SpuriousLosses));
    }

    [Fact]
    public void Losses_of_one_round_trip_are_one_episode()
    {
        Send(0, 10);
        Acknowledge(20, (3, 5));
        Acknowledge(21, (9, 9), (3, 5));
        Assert.Equal([true, false], _controller.Losses.Select(loss => loss.IsNewEpisode));
    }

    [Fact]
    public void Tolerance_grows_to_the_distance_seen_and_shrinks_after_a_run_of_real_losses()
    {
        Send(0, 20);
        Acknowledge(20, (10, 19));
        Acknowledge(21, (0, 19));
        Assert.Equal(20, _recovery.PacketThreshold);

        // Late again by as much: not lost this time.
        int lost = _framesLost;
        Send(30, 20);
        Acknowledge(50, (30, 39), (0, 19));
        Acknowledge(51, (0, 39));
        Assert.Equal(lost, _framesLost);

        ulong next = 40;
        for (int i = 0; i < 18; i++)
        {
            // The first of each lot is lost for good.
            Send(100 + (100 * i), 30);
            Acknowledge(120 + (100 * i), (next + 1, next + 29));
            next += 30;
        }

        Assert.Equal(RecoverySettings.Default.PacketThreshold, _recovery.PacketThreshold);
    }

    [Fact]
    public void Nothing_but_losses_over_three_probe_timeouts_is_persistent_congestion_once()
    {
        Send(0, 1);
        Acknowledge(20, (0, 0));
        int span = (int)(_recovery.ProbeTimeout * 4).Milliseconds;
        Send(30, 3);
        Send(30 + span, 8);
        Acknowledge(60 + span, (8, 8), (0, 0));
        Assert.Contains(_controller.Losses, loss => loss.IsPersistent);
        int before = _controller.Losses.Count(loss => loss.IsPersistent);
        Acknowledge(61 + span, (11, 11), (8, 8), (0, 0));
        Assert.Equal(before, _controller.Losses.Count(loss => loss.IsPersistent));
    }

    [Fact]
    public void An_arrival_in_between_makes_it_none()
    {
        Send(0, 1);
        Acknowledge(20, (0, 0));
        int span = (int)(_recovery.ProbeTimeout * 4).Milliseconds;
        Send(30, 3);
        Send(30 + span, 8);
        Acknowledge(60 + span, (8, 8), (3, 3), (0, 0));
        Assert.NotEmpty(_controller.Losses);
        Assert.DoesNotContain(_controller.Losses, loss => loss.IsPersistent);
    }

    [Fact]
    public void Losses_before_the_first_sample_are_never_persistent()
    {
        Send(0, 3);
        Send(2_000, 8);
        Acknowledge(2_020, (10, 10));
        Assert.NotEmpty(_controller.Losses);
        Assert.DoesNotContain(_controller.Losses, loss => loss.IsPersistent);
    }

    [Fact]
    public void A_mark_is_an_episode_without_loss_and_a_count_that_shrinks_is_ignored()
    {
        Send(0, 4);
        _recovery.HandleAck(At(20), Duration.Zero, [new AckRange(0, 3)], this, new EcnCounts(2, 0, 2));
        Send(21, 4);
        _recovery.HandleAck(At(41), Duration.Zero, [new AckRange(0, 7)], this, new EcnCounts(7, 0, 1));
        LossSample mark = Assert.Single(_controller.Losses);
        Assert.Equal((0L, 2L, true), (mark.LostBytes, mark.MarkedPackets, mark.IsNewEpisode));
    }

    [Fact]
    public void The_shortest_round_trip_of_a_path_that_became_longer_is_found_out()
    {
        for (int i = 0; i < 100; i++)
        {
            int roundTrip = i < 10 ? 20 : 137;
            Send(i * 500, 1);
            Acknowledge((i * 500) + roundTrip, (0, (ulong)i));
        }

        Assert.Equal(137, _recovery.Rtt.Min.Milliseconds);
    }

    void IFrameFateSink.OnFrameAcknowledged(in SentFrame frame)
    {
    }

    void IFrameFateSink.OnFrameLost(in SentFrame frame) => _framesLost++;

    private static Instant At(int milliseconds) => Instant.Zero + Duration.FromMilliseconds(milliseconds);

    private void Send(int milliseconds, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _recovery.OnPacketSent(
                At(milliseconds), Size, true, false, [new SentFrame(FrameType.Fragment, _recovery.NextPacketNumber)]);
        }
    }

    private void Acknowledge(int milliseconds, params (ulong Smallest, ulong Largest)[] ranges) => _recovery.HandleAck(
        At(milliseconds), Duration.Zero, [.. ranges.Select(range => new AckRange(range.Smallest, range.Largest))], this);

    private sealed class RecordingController : ICongestionController
    {
        public List<LossSample> Losses { get; } = [];

        public int Undone { get; private set; }

        public string Name => "recording";

        public long WindowBytes => 1_000_000;

        public long PacingBytesPerSecond => 0;

        public void OnRestart(Instant now)
        {
        }

        public void OnAcknowledged(in AckSample ack)
        {
        }

        public void OnLost(in LossSample loss) => Losses.Add(loss);

        public void OnSpuriousLoss(Instant now) => Undone++;
    }
}
