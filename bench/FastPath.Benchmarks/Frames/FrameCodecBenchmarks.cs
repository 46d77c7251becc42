using BenchmarkDotNet.Attributes;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;

namespace FastPath.Benchmarks.Frames;

/// <summary>One frame written into a packet and read back.</summary>
public class FrameCodecBenchmarks
{
    private readonly byte[] _packet = new byte[1_200];
    private readonly byte[] _bytes = new byte[1_100];
    private readonly AckRange[] _ranges = new AckRange[AckFrame.RangesMax];
    private readonly AckRange[] _read = new AckRange[AckFrame.RangesMax];

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < _ranges.Length; i++)
        {
            ulong largest = 1_000_000 - (10 * (ulong)i);
            _ranges[i] = new AckRange(largest - 7, largest);
        }
    }

    [Benchmark]
    public long Fragment()
    {
        var writer = new FrameWriter(_packet);
        new FragmentFrame(5, 1L << 32, _bytes).Write(ref writer);
        FrameReader reader = Begin(writer.Position);
        return FragmentFrame.TryRead(ref reader, out FragmentFrame frame) ? frame.Offset + frame.Bytes.Length : Fail();
    }

    [Benchmark]
    public long Message()
    {
        var writer = new FrameWriter(_packet);
        new MessageFrame(77, _bytes.AsSpan(0, 100)).Write(ref writer);
        FrameReader reader = Begin(writer.Position);
        return MessageFrame.TryRead(ref reader, out MessageFrame frame) ? frame.Bytes.Length : Fail();
    }

    [Benchmark]
    public long StreamOpen()
    {
        var writer = new FrameWriter(_packet);
        new StreamOpenFrame
        {
            StreamId = 4,
            TransferId = 77,
            TotalLength = 1L << 30,
            Digest = _bytes.AsSpan(0, StreamOpenFrame.DigestLength),
            Metadata = _bytes.AsSpan(0, 200),
        }.Write(ref writer);
        FrameReader reader = Begin(writer.Position);
        return StreamOpenFrame.TryRead(ref reader, out StreamOpenFrame frame) ? frame.TotalLength : Fail();
    }

    [Benchmark]
    public long AckOfOneRange() => Ack(1);

    [Benchmark]
    public long AckOfAllRanges() => Ack(_ranges.Length);

    private static long Fail() => throw new InvalidOperationException("The frame does not come back.");

    private long Ack(int count)
    {
        var writer = new FrameWriter(_packet);
        AckFrame.TryWrite(ref writer, 25, _ranges.AsSpan(0, count));
        FrameReader reader = Begin(writer.Position);
        return AckFrame.TryRead(ref reader, _read, out int read, out _) && read == count ? read : Fail();
    }

    private FrameReader Begin(int length)
    {
        var reader = new FrameReader(_packet.AsSpan(0, length));
        reader.TryReadType(out _);
        return reader;
    }
}
