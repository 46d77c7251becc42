using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

/// <summary>When what is in flight is worth sending a second and a third time on a guess, and how much of it.</summary>
public sealed class RepairLikelihoodTests : IFrameFateSink
{
    private const int Size = 1_200;
    private const double LongMs = 100;

    [Theory]
    [InlineData(0.01, 4, false)]
    [InlineData(0.01, 6, true)]
    [InlineData(0.001, 40, false)]
    [InlineData(0.001, 60, true)]
    [InlineData(0, 10_000, false)]
    public void A_second_time_when_one_datagram_in_flight_is_probably_lost(double loss, int datagrams, bool isLikely) =>
        Assert.Equal(isLikely, Create(loss, datagrams).IsRepairLikely(repeats: 0));

    [Theory]
    [InlineData(0.01, 450, false)]
    [InlineData(0.01, 550, true)]
    [InlineData(0.05, 18, false)]
    [InlineData(0.05, 22, true)]
    [InlineData(0.001, 10_000, false)]
    public void A_third_time_only_when_one_datagram_is_probably_lost_twice(double loss, int datagrams, bool isLikely)
    {
        // The first and the second time are in flight both.
        LossRecovery recovery = Create(loss, 2 * datagrams);
        Assert.Equal(isLikely, recovery.IsRepairLikely(repeats: 1));
        Assert.True(recovery.IsRepairLikely(repeats: 0), "what is not worth a third time is worth a second");
    }

    [Theory]
    [InlineData(9.9, false)]
    [InlineData(10, true)]
    public void Never_where_a_repair_is_soon_done_anyway(double roundTripMs, bool isLikely)
    {
        LossRecovery recovery = Create(0.05, 1_000, roundTripMs);
        Assert.Equal((isLikely, isLikely), (recovery.IsRepairLikely(repeats: 0), recovery.IsRepairLikely(repeats: 1)));
    }

    [Fact]
    public void Never_before_anything_was_lost_and_not_when_all_of_it_came_late()
    {
        var recovery = new LossRecovery(new LossyPath(0.05), RecoverySettings.Default);
        Send(recovery, At(0), 4);
        Acknowledge(recovery, At(LongMs), 0, 0);
        Send(recovery, At(LongMs), 1_000);
        Assert.False(recovery.IsRepairLikely(repeats: 0), "nothing was lost");
        recovery = Create(0.05, 1_000);
        Assert.True(recovery.IsRepairLikely(repeats: 1));
        Acknowledge(recovery, At(2 * LongMs), 0, 3);
        Assert.Equal((1, 1), (recovery.PacketsLost, recovery.SpuriousLosses));
        Assert.False(recovery.IsRepairLikely(repeats: 0), "all of it came late");
    }

    [Theory]
    [InlineData(1, 19, true)]
    [InlineData(1, 20, false)]
    [InlineData(2, 29, true)]
    [InlineData(2, 30, false)]
    public void Each_time_has_a_window_beside_the_first(int repeats, int datagrams, bool mayLeave)
    {
        var controller = new LossyPath(0.05) { WindowBytes = 10 * Size };
        var recovery = new LossRecovery(controller, RecoverySettings.Default);
        Send(recovery, At(0), datagrams);
        Assert.Equal(mayLeave, recovery.CanSendRepair(At(0), Size, repeats));
        Assert.False(recovery.CanSend(At(0), Size), "anything new waits");
    }

    void IFrameFateSink.OnFrameAcknowledged(in SentFrame frame)
    {
    }

    void IFrameFateSink.OnFrameLost(in SentFrame frame)
    {
    }

    private static Instant At(double milliseconds) => Instant.Zero + Duration.FromMilliseconds(milliseconds);

    private static void Send(LossRecovery recovery, Instant now, int count)
    {
        for (int i = 0; i < count; i++)
        {
            recovery.OnPacketSent(now, Size, true, false, [new SentFrame(FrameType.Fragment, recovery.NextPacketNumber)]);
        }
    }

    /// <summary>A round trip of which the first packet was lost, and then so many datagrams in flight.</summary>
    private LossRecovery Create(double loss, int datagrams, double roundTripMs = LongMs)
    {
        var recovery = new LossRecovery(new LossyPath(loss), RecoverySettings.Default);
        Send(recovery, At(0), 4);
        Acknowledge(recovery, At(roundTripMs), 1, 3);
        Send(recovery, At(roundTripMs), datagrams);
        return recovery;
    }

    private void Acknowledge(LossRecovery recovery, Instant now, ulong smallest, ulong largest) =>
        recovery.HandleAck(now, Duration.Zero, [new AckRange(smallest, largest)], this);

    private sealed class LossyPath(double loss) : ICongestionController
    {
        public string Name => "lossy";

        public long WindowBytes { get; init; } = long.MaxValue / 8;

        public long PacingBytesPerSecond => 0;

        public double PathLoss => loss;

        public void OnRestart(Instant now)
        {
        }

        public void OnAcknowledged(in AckSample ack)
        {
        }

        public void OnLost(in LossSample loss)
        {
        }

        public void OnSpuriousLoss(Instant now)
        {
        }
    }
}
