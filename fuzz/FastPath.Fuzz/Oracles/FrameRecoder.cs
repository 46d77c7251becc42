using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;

namespace FastPath.Fuzz.Oracles;

/// <summary>Reads a frame whose type was read, and writes it again.</summary>
internal sealed class FrameRecoder
{
    /// <summary>The frame is not accepted; nothing was written.</summary>
    public const int Refused = -1;

    private readonly AckRange[] _ranges = new AckRange[AckFrame.RangesMax];

    /// <returns>Bytes written, the type included, or <see cref="Refused"/>.</returns>
    public int Recode(FrameType type, ref FrameReader reader, Span<byte> destination) => type switch
    {
        FrameType.Ack => Ack(ref reader, destination),
        FrameType.StreamOpen => StreamOpen(ref reader, destination),
        FrameType.Fragment => Fragment(ref reader, destination),
        FrameType.Fin => Fin(ref reader, destination),
        FrameType.StreamReset => StreamReset(ref reader, destination),
        FrameType.StopSending => StopSending(ref reader, destination),
        FrameType.StreamCredit => StreamCredit(ref reader, destination),
        FrameType.ConnectionCredit => ConnectionCredit(ref reader, destination),
        FrameType.StreamLimit => StreamLimit(ref reader, destination),
        FrameType.Blocked => Blocked(ref reader, destination),
        FrameType.Message => Message(ref reader, destination),
        FrameType.ConnectionClose => ConnectionClose(ref reader, destination),
        FrameType.EcnAck => EcnAck(ref reader, destination),
        FrameType.MtuProbe => MtuProbe(ref reader, destination),
        _ when StreamSignalFrame.IsSignal(type) => StreamSignal(type, ref reader, destination),
        _ => throw new OracleException($"frame {type} has no layout here"),
    };

    private int Ack(ref FrameReader reader, Span<byte> destination)
    {
        if (!AckFrame.TryRead(ref reader, _ranges, out int count, out ulong delay))
        {
            return Refused;
        }

        var writer = new FrameWriter(destination);
        OracleException.Require(AckFrame.TryWrite(ref writer, delay, _ranges.AsSpan(0, count)), "no room for an ACK");
        OracleException.Require(writer.Position <= AckFrame.EncodedLengthMax, "an ACK is longer than its maximum");
        return writer.Position;
    }

    private static int StreamOpen(ref FrameReader reader, Span<byte> destination)
    {
        if (!StreamOpenFrame.TryRead(ref reader, out StreamOpenFrame frame))
        {
            return Refused;
        }

        OracleException.Require(frame.StartOffset >= 0 && frame.TotalLength >= -1, "an offset is negative");
        TlvOracle.Check(frame.Extensions);
        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int Fragment(ref FrameReader reader, Span<byte> destination)
    {
        if (!FragmentFrame.TryRead(ref reader, out FragmentFrame frame))
        {
            return Refused;
        }

        OracleException.Require(frame.Offset >= 0 && frame.Offset + frame.Bytes.Length >= 0, "an offset is negative");
        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int Fin(ref FrameReader reader, Span<byte> destination)
    {
        if (!FinFrame.TryRead(ref reader, out FinFrame frame))
        {
            return Refused;
        }

        OracleException.Require(frame.FinalSize >= 0, "a size is negative");
        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int StreamReset(ref FrameReader reader, Span<byte> destination)
    {
        if (!StreamResetFrame.TryRead(ref reader, out StreamResetFrame frame))
        {
            return Refused;
        }

        OracleException.Require(frame.BytesSent >= 0, "a size is negative");
        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int StopSending(ref FrameReader reader, Span<byte> destination)
    {
        if (!StopSendingFrame.TryRead(ref reader, out StopSendingFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int EcnAck(ref FrameReader reader, Span<byte> destination)
    {
        if (!EcnAckFrame.TryRead(ref reader, out EcnAckFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int MtuProbe(ref FrameReader reader, Span<byte> destination)
    {
        if (!MtuProbeFrame.TryRead(ref reader, out MtuProbeFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int StreamSignal(FrameType type, ref FrameReader reader, Span<byte> destination)
    {
        if (!StreamSignalFrame.TryRead(ref reader, type, out StreamSignalFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int StreamCredit(ref FrameReader reader, Span<byte> destination)
    {
        if (!StreamCreditFrame.TryRead(ref reader, out StreamCreditFrame frame))
        {
            return Refused;
        }

        OracleException.Require(frame.MaxOffset >= 0, "an offset is negative");
        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int ConnectionCredit(ref FrameReader reader, Span<byte> destination)
    {
        if (!ConnectionCreditFrame.TryRead(ref reader, out ConnectionCreditFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int StreamLimit(ref FrameReader reader, Span<byte> destination)
    {
        if (!StreamLimitFrame.TryRead(ref reader, out StreamLimitFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int Blocked(ref FrameReader reader, Span<byte> destination)
    {
        if (!BlockedFrame.TryRead(ref reader, out BlockedFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int Message(ref FrameReader reader, Span<byte> destination)
    {
        if (!MessageFrame.TryRead(ref reader, out MessageFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int ConnectionClose(ref FrameReader reader, Span<byte> destination)
    {
        if (!ConnectionCloseFrame.TryRead(ref reader, out ConnectionCloseFrame frame))
        {
            return Refused;
        }

        scoped var writer = new FrameWriter(destination);
        frame.Write(ref writer);
        return Written(in writer, frame.EncodedLength);
    }

    private static int Written(scoped in FrameWriter writer, int encodedLength)
    {
        OracleException.Require(writer.Position == encodedLength, "a frame says another length than it writes");
        return writer.Position;
    }
}
