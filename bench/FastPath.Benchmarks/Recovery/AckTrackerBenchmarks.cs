using BenchmarkDotNet.Attributes;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Benchmarks.Recovery;

/// <summary>The receiver's bookkeeping of one packet; an ACK leaves once a batch.</summary>
public class AckTrackerBenchmarks
{
    private const int Packets = 1_000;
    private const int Batch = 50;

    private readonly AckRange[] _ranges = new AckRange[AckFrame.RangesMax];
    private readonly AckTracker _tracker = new(Duration.FromMilliseconds(5));
    private ulong _number;

    /// <summary>Every so many packets one is missing, so that ranges pile up; 0 for none.</summary>
    [Params(0, 10)]
    public int MissingEvery { get; set; }

    [Benchmark(OperationsPerInvoke = Packets)]
    public int Receive()
    {
        int ranges = 0;
        for (int i = 1; i <= Packets; i++)
        {
            _number += MissingEvery > 0 && i % MissingEvery == 0 ? 2UL : 1UL;
            var now = new Instant((long)_number * 1_000);
            _tracker.OnPacketReceived(_number, isAckEliciting: true, now);
            if (i % Batch == 0)
            {
                ranges += _tracker.CopyRanges(_ranges);
                _tracker.OnAckSent(withElicitingFrames: false);
            }
        }

        return ranges;
    }
}
