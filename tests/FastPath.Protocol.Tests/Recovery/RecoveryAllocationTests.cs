using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

public sealed class RecoveryAllocationTests : IFrameFateSink
{
    private const int Size = 1_200;

    [Theory]
    [InlineData(nameof(CongestionAlgorithm.Cubic))]
    [InlineData(nameof(CongestionAlgorithm.Bbr))]
    [InlineData(nameof(CongestionAlgorithm.Ledbat))]
    [Trait("Category", "Allocation")]
    public void Sending_and_acknowledging_with_losses_allocates_nothing_after_warm_up(string algorithm)
    {
        RecoverySettings settings = RecoverySettings.Default with { Congestion = Enum.Parse<CongestionAlgorithm>(algorithm) };
        var recovery = new LossRecovery(CongestionControllers.Create(settings, Size, 1), settings);
        Instant now = Instant.Zero;
        Run(recovery, ref now, turns: 2_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(recovery, ref now, turns: 5_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(recovery.PacketsLost > 100);
    }

    void IFrameFateSink.OnFrameAcknowledged(in SentFrame frame)
    {
    }

    void IFrameFateSink.OnFrameLost(in SentFrame frame)
    {
    }

    private void Run(LossRecovery recovery, ref Instant now, int turns)
    {
        Span<AckRange> ranges = stackalloc AckRange[2];
        Span<SentFrame> frames = stackalloc SentFrame[1];
        for (int turn = 0; turn < turns; turn++)
        {
            ulong first = recovery.NextPacketNumber;
            for (int i = 0; i < 10; i++)
            {
                recovery.CanSend(now, Size);
                frames[0] = new SentFrame(FrameType.Fragment, recovery.NextPacketNumber);
                recovery.OnPacketSent(now, Size, true, false, frames);
            }

            // The third of each ten never arrives.
            now += Duration.FromMilliseconds(10);
            ranges[0] = new AckRange(first + 3, first + 9);
            ranges[1] = new AckRange(first, first + 1);
            recovery.HandleAck(now, Duration.Zero, ranges, this);
        }
    }
}
