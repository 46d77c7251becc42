using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Targets;

/// <summary>One ACK frame against a slow decoder, and what loss recovery makes of it.</summary>
internal sealed class AckFrameTarget : IFuzzTarget, IFrameFateSink
{
    private const int PacketsSent = 64;
    private const int PacketBytes = 1_200;

    private readonly SlowAckDecoder _slow = new();
    private readonly AckRange[] _ranges = new AckRange[AckFrame.RangesMax];
    private readonly HashSet<ulong> _acknowledged = [];

    public string Name => "ack-frame";

    public long AllocatedBytesMax => 128 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            yield return ("one-packet", Write(0, [new AckRange(0, 0)]));
            yield return ("all-packets", Write(25, [new AckRange(0, PacketsSent - 1)]));
            yield return ("with-a-hole", Write(1_000, [new AckRange(20, 40), new AckRange(0, 10)]));
            yield return ("every-second", Write(5, [.. EverySecond()]));
            yield return ("never-sent", Write(5, [new AckRange(1_000_000, 2_000_000)]));
            yield return ("greatest", Write(VarInt.MaxValue, [new AckRange(0, VarInt.MaxValue)]));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        var reader = new FrameReader(Outcome.Cut(input));
        bool isAccepted = AckFrame.TryRead(ref reader, _ranges, out int count, out ulong delay);
        OracleException.Require(isAccepted == _slow.TryDecode(Outcome.Cut(input)), "the decoders do not agree");
        if (!isAccepted)
        {
            return Outcome.Of(-1, Math.Min(reader.Position, 8));
        }

        ReadOnlySpan<AckRange> ranges = _ranges.AsSpan(0, count);
        OracleException.Require(reader.Position == _slow.Length && delay == _slow.Delay, "length or delay differ");
        OracleException.Require(_slow.Ranges.Count == count, "the number of ranges differs");
        for (int i = 0; i < count; i++)
        {
            OracleException.Require(ranges[i] == _slow.Ranges[i], "a range differs");
            OracleException.Require(ranges[i].Smallest <= ranges[i].Largest, "a range is upside down");
            OracleException.Require(i == 0 || ranges[i].Largest + 1 < ranges[i - 1].Smallest, "ranges touch");
        }

        return Outcome.Of(count, (long)Recover(ranges), _acknowledged.Count / 8);
    }

    void IFrameFateSink.OnFrameAcknowledged(in SentFrame frame) =>
        OracleException.Require(_acknowledged.Add(frame.Id), "a frame is acknowledged twice");

    void IFrameFateSink.OnFrameLost(in SentFrame frame) =>
        OracleException.Require(!_acknowledged.Contains(frame.Id), "an acknowledged frame is lost");

    private AckResult Recover(ReadOnlySpan<AckRange> ranges)
    {
        _acknowledged.Clear();
        var recovery = new LossRecovery(new CubicController(PacketBytes), RecoverySettings.Default);
        for (ulong number = 0; number < PacketsSent; number++)
        {
            recovery.OnPacketSent(
                Instant.Zero, PacketBytes, true, false, [new SentFrame(FrameType.Fragment, number)]);
        }

        Instant now = Instant.Zero + Duration.FromMilliseconds(50);
        AckResult result = recovery.HandleAck(now, Duration.Zero, ranges, this);
        OracleException.Require(
            (result == AckResult.Invalid) == (ranges[0].Largest >= PacketsSent), "an ACK of the future is not refused");
        int expected = 0;
        foreach (AckRange range in ranges)
        {
            expected += result == AckResult.Invalid ? 0 : (int)(range.Largest - range.Smallest + 1);
        }

        OracleException.Require(_acknowledged.Count == expected, "other packets are acknowledged than named");
        OracleException.Require(recovery.BytesInFlight >= 0, "the flight is negative");
        return result;
    }

    private static IEnumerable<AckRange> EverySecond() => Enumerable.Range(0, AckFrame.RangesMax)
        .Select(i => (ulong)(PacketsSent - 1 - (2 * i)))
        .Select(number => new AckRange(number, number));

    private static byte[] Write(ulong delay, ReadOnlySpan<AckRange> ranges)
    {
        byte[] buffer = new byte[AckFrame.EncodedLengthMax];
        var writer = new FrameWriter(buffer);
        AckFrame.TryWrite(ref writer, delay, ranges);

        // The target begins behind the type.
        return buffer[1..writer.Position];
    }
}
