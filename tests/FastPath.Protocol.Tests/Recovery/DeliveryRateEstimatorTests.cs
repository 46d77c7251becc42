using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

public sealed class DeliveryRateEstimatorTests : IFrameFateSink, ICongestionController
{
    private const int Size = 1_000;
    private readonly List<AckSample> _samples = [];
    private readonly LossRecovery _recovery;

    public DeliveryRateEstimatorTests() => _recovery = new LossRecovery(this, RecoverySettings.Default);

    string ICongestionController.Name => "recording";

    long ICongestionController.WindowBytes => 1_000_000;

    long ICongestionController.PacingBytesPerSecond => 0;

    [Fact]
    public void A_steady_flow_measures_its_own_rate()
    {
        // One packet of 1,000 bytes a millisecond, a round trip of 20 ms.
        for (int i = 0; i < 200; i++)
        {
            Send(i, isLast: false);
            if (i >= 20)
            {
                Acknowledge(i, (ulong)(i - 20));
            }
        }

        Assert.All(_samples.Skip(40), sample => Assert.InRange(sample.RateBytesPerSecond, 990_000, 1_010_000));
        Assert.InRange(_recovery.DeliveryRateBytesPerSecond, 990_000, 1_110_000);
    }

    [Fact]
    public void Acknowledgements_in_a_bunch_do_not_look_like_a_fast_path()
    {
        for (int i = 0; i < 200; i++)
        {
            Send(i, isLast: false);
            if (i >= 40 && i % 20 == 0)
            {
                // What came during 20 ms is acknowledged within one.
                for (int k = 0; k < 20; k++)
                {
                    _recovery.HandleAck(
                        At(i) + Duration.FromMicroseconds(k * 50), Duration.Zero, [new AckRange(0, (ulong)(i - 40 + k))], this);
                }
            }
        }

        Assert.All(_samples, sample => Assert.InRange(sample.RateBytesPerSecond, 0, 1_060_000));
    }

    [Fact]
    [Trait("Scenario", "F10")]
    public void What_leaves_until_a_pause_of_the_application_has_left_the_path_is_app_limited()
    {
        Send(0, isLast: false);
        Send(1, isLast: true);
        Send(5, isLast: false);
        Acknowledge(20, 0);
        Acknowledge(21, 1);
        Acknowledge(25, 2);
        Send(30, isLast: false);
        Acknowledge(50, 3);
        Send(51, isLast: false);
        Acknowledge(71, 4);
        Assert.Equal([false, false, true, false, false], _samples.Select(sample => sample.IsAppLimited));
    }

    [Fact]
    [Trait("Scenario", "F10")]
    public void An_idle_hour_is_not_part_of_a_sample()
    {
        for (int i = 0; i < 100; i++)
        {
            Send(i, isLast: i == 99);
            if (i >= 20)
            {
                Acknowledge(i, (ulong)(i - 20));
            }
        }

        Acknowledge(120, 99);
        long before = _recovery.DeliveryRateBytesPerSecond;
        Send(3_600_000, isLast: true);
        Acknowledge(3_600_020, 100);
        Assert.Equal(Size * 50, _samples[^1].RateBytesPerSecond);
        Assert.True(_samples[^1].IsAppLimited);
        Assert.Equal(before, _recovery.DeliveryRateBytesPerSecond);
    }

    void IFrameFateSink.OnFrameAcknowledged(in SentFrame frame)
    {
    }

    void IFrameFateSink.OnFrameLost(in SentFrame frame)
    {
    }

    void ICongestionController.OnRestart(Instant now)
    {
    }

    void ICongestionController.OnAcknowledged(in AckSample ack) => _samples.Add(ack);

    void ICongestionController.OnLost(in LossSample loss)
    {
    }

    void ICongestionController.OnSpuriousLoss(Instant now)
    {
    }

    private static Instant At(int milliseconds) => Instant.Zero + Duration.FromMilliseconds(milliseconds);

    private void Send(int milliseconds, bool isLast) => _recovery.OnPacketSent(
        At(milliseconds), Size, true, isLast, [new SentFrame(FrameType.Fragment, _recovery.NextPacketNumber)]);

    private void Acknowledge(int milliseconds, ulong largest) =>
        _recovery.HandleAck(At(milliseconds), Duration.Zero, [new AckRange(0, largest)], this);
}
