using BenchmarkDotNet.Attributes;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Benchmarks.Recovery;

/// <summary>The sender's bookkeeping of a packet while many are in flight: sent, acknowledged, forgotten.</summary>
public class LossRecoveryBenchmarks
{
    private const int Packets = 1_000;
    private const int PacketsPerAck = 50;
    private const int PacketBytes = 1_200;

    private static readonly Duration Interval = Duration.FromMicroseconds(1);

    private readonly SentFrame[] _frames = [new SentFrame(FrameType.Fragment, 4, 0, 1_100)];
    private readonly AckRange[] _ranges = new AckRange[AckFrame.RangesMax];
    private readonly IgnoredFates _sink = new();
    private LossRecovery _recovery = null!;
    private AckTracker _received = null!;
    private Instant _now;

    /// <summary>Packets between the newest one sent and the newest one acknowledged.</summary>
    [Params(100, 10_000, 100_000)]
    public int Flight { get; set; }

    /// <summary>Every so many packets one is lost; 0 for none.</summary>
    [Params(0, 1_000)]
    public int LostEvery { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _recovery = new LossRecovery(new CubicController(PacketBytes), RecoverySettings.Default);
        _received = new AckTracker(Duration.FromMilliseconds(5));
        while (_recovery.NextPacketNumber < (ulong)Flight)
        {
            Send();
        }
    }

    [Benchmark(OperationsPerInvoke = Packets)]
    public long SendAndAcknowledge()
    {
        for (int i = 0; i < Packets; i++)
        {
            Send();
            ulong arrived = _recovery.NextPacketNumber - (ulong)Flight;
            if (LostEvery == 0 || arrived % (ulong)LostEvery != 0)
            {
                _received.OnPacketReceived(arrived, isAckEliciting: true, _now);
            }

            if (arrived % PacketsPerAck == 0)
            {
                Acknowledge();
            }
        }

        return _recovery.BytesInFlight;
    }

    private void Send()
    {
        _now += Interval;
        _recovery.OnPacketSent(_now, PacketBytes, isAckEliciting: true, isAppLimited: false, _frames);
    }

    private void Acknowledge()
    {
        int count = _received.CopyRanges(_ranges);
        if (count > 0 && _recovery.HandleAck(_now, Duration.Zero, _ranges.AsSpan(0, count), _sink) == AckResult.Invalid)
        {
            throw new InvalidOperationException("The ACK is taken for one of a packet never sent.");
        }
    }
}
