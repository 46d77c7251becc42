using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;

namespace FastPath.Fuzz.Targets;

/// <summary>The frames of one opened packet, walked as a connection walks them.</summary>
internal sealed class FrameReaderTarget : IFuzzTarget
{
    // More frames than this are one outcome, so that the pool holds different inputs and not ever longer ones.
    private const int CountedMax = 4;

    private readonly FrameOracle _oracle = new();

    private delegate void WriteFrames(ref FrameWriter writer);

    public string Name => "frame-reader";

    public long AllocatedBytesMax => 16 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            UInt128 id = UInt128.MaxValue / 3;
            yield return ("ping-and-padding", Write((ref w) => w.WriteBytes([(byte)FrameType.Ping, 0, 0, 0, 0, 0])));
            yield return ("ack", Write((ref w) =>
                AckFrame.TryWrite(ref w, 100, [new AckRange(80, 90), new AckRange(20, 70), new AckRange(0, 10)])));
            yield return ("stream-open-bare", Write((ref w) =>
                new StreamOpenFrame { StreamId = 4, TransferId = id, TotalLength = -1 }.Write(ref w)));
            yield return ("stream-open-full", Write((ref w) => new StreamOpenFrame
            {
                StreamId = 6,
                Kind = StreamKind.Whole,
                TransferId = id,
                TotalLength = 1L << 40,
                StartOffset = 1 << 20,
                Digest = new byte[StreamOpenFrame.DigestLength],
                Metadata = "metadata"u8,
                Extensions = [0x02, 0x03, 1, 2, 3, 0x41, 0x01, 0x00],
            }.Write(ref w)));
            yield return ("fragment-and-fin", Write((ref w) =>
            {
                new FragmentFrame(5, 1_024, new byte[100]).Write(ref w);
                new FinFrame(5, 1_124).Write(ref w);
            }));
            yield return ("aborts", Write((ref w) =>
            {
                new StreamResetFrame(5, 7, 100).Write(ref w);
                new StopSendingFrame(6, 2).Write(ref w);
            }));
            yield return ("credits", Write((ref w) =>
            {
                new StreamCreditFrame(5, 32_768).Write(ref w);
                new ConnectionCreditFrame(65_536).Write(ref w);
                new StreamLimitFrame(1_024).Write(ref w);
                new BlockedFrame((byte)BlockedKind.Stream, 5, 9).Write(ref w);
            }));
            yield return ("signals", Write((ref w) =>
            {
                new StreamSignalFrame(FrameType.StreamAccept, 5, 65_536).Write(ref w);
                new StreamSignalFrame(FrameType.StreamDecline, 7, 5).Write(ref w);
                new StreamSignalFrame(FrameType.StreamHave, 9, 0).Write(ref w);
                new StreamSignalFrame(FrameType.StreamDelivery, 11, 4).Write(ref w);
            }));
            yield return ("message", Write((ref w) => new MessageFrame(3, "hello"u8).Write(ref w)));
            yield return ("close", Write((ref w) => new ConnectionCloseFrame(1, "bye"u8).Write(ref w)));
            yield return ("ecn-counts", Write((ref w) =>
            {
                new EcnAckFrame(new EcnCounts(300, 1, 7)).Write(ref w);
                AckFrame.TryWrite(ref w, 100, [new AckRange(0, 10)]);
            }));
            yield return ("mtu-probe", Write((ref w) =>
            {
                new MtuProbeFrame(8_952).Write(ref w);
                new MtuProbeFrame(0).Write(ref w);
                w.WriteBytes([0, 0, 0, 0]);
            }));
            yield return ("unknown-type", Write((ref w) =>
            {
                w.WriteType(FrameType.Datagram);
                w.WriteBlock([1, 2, 3]);
                w.WriteType(FrameType.Ping);
            }));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input);
        var reader = new FrameReader(input);
        int frames = 0;
        FrameType previous = FrameType.Padding;
        while (reader.TryReadType(out FrameType type))
        {
            int start = reader.Position - 1;
            if (!TryReadFrame(type, input, start, ref reader))
            {
                OracleException.Require(reader.Position <= input.Length, "the reader went past the end");
                return Outcome.Of(Math.Min(frames, CountedMax), Kind(type), Kind(previous));
            }

            previous = type;
            frames++;
        }

        OracleException.Require(reader.IsAtEnd, "the reader stopped before the end");
        return Outcome.Of(Math.Min(frames, CountedMax), -1, Kind(previous));
    }

    /// <summary>All types without a layout of their own are one kind.</summary>
    private static long Kind(FrameType type) =>
        StreamSignalFrame.IsSignal(type) ? (int)type : Math.Min((int)type, (int)FrameType.LastPlain + 1);

    private bool TryReadFrame(FrameType type, ReadOnlySpan<byte> input, int start, ref FrameReader reader)
    {
        switch (type)
        {
            case FrameType.Padding:
                reader.SkipPadding();
                OracleException.Require(
                    input[start..reader.Position].IndexOfAnyExcept((byte)0) < 0
                    && (reader.IsAtEnd || input[reader.Position] != 0),
                    "padding is exactly the zeros");
                return true;
            case FrameType.Ping:
                return true;
            case > FrameType.LastPlain when type != FrameType.MtuProbe && !StreamSignalFrame.IsSignal(type):
                return reader.TryReadBlock(out _);
            default:
                return _oracle.TryRead(type, input, start, ref reader);
        }
    }

    private static byte[] Write(WriteFrames write)
    {
        var writer = new FrameWriter(new byte[1_200]);
        write(ref writer);
        byte[] packet = new byte[writer.Position];
        writer = new FrameWriter(packet);
        write(ref writer);
        return packet;
    }
}
