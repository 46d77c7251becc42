using System.Text;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Connections;

/// <summary>Packets in: open, walk the frames, hand each to its part.</summary>
internal sealed partial class Connection
{
    private const int RunBytesMax = 1 << 30;

    private SentFrame _acknowledgedRun;
    private EcnCounts _ecnReceived;
    private EcnCounts? _ecnOfPeer;
    private long _messageCreditGranted;
    private long _messageBytesConsumed;
    private long _messageBytesReceived;

    /// <summary>Opens a datagram in place; whatever it holds, nothing is thrown.</summary>
    public OpenResult HandlePacket(Instant now, in PacketHeader header, Span<byte> datagram, EcnCodepoint ecn = EcnCodepoint.NotCapable)
    {
        Wake();
        OpenResult result = Session.Opener.TryOpen(
            datagram, header, now, _recovery.ProbeTimeout * 3, out int length);
        if (result != OpenResult.Opened)
        {
            CountUnopened(result, header.Counter, now);
            return result;
        }

        HandleOpened(now, in header, datagram.Slice(PacketHeader.Length, length), ecn);
        return result;
    }

    /// <summary>Takes the frames of a packet that the session's keys have opened.</summary>
    public void HandleOpened(
        Instant now, in PacketHeader header, ReadOnlySpan<byte> payload, EcnCodepoint ecn = EcnCodepoint.NotCapable)
    {
        Wake();
        Counters.PacketsReceived++;
        if (State != ConnectionState.Established)
        {
            _owesClose = State == ConnectionState.Closing;
            return;
        }

        _lastHeardAt = now;
        Session.Sealer.Follow(header.KeyPhase, now);
        if (TryHandleFrames(now, payload, out bool isAckEliciting))
        {
            _acks.OnPacketReceived(header.Counter, isAckEliciting, now);
            _ecnReceived = _ecnReceived.With(ecn);
        }
    }

    void IFrameFateSink.OnFrameAcknowledged(in SentFrame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Fragment:
                AcknowledgeFragment(in frame);
                break;
            case FrameType.StreamOpen or FrameType.Fin:
                Streams.OnAcknowledged(in frame, _turn);
                break;
            case FrameType.Ack:
                _acks.OnAckAcknowledged(frame.Id);
                break;
            case FrameType.Ping when frame.Length != 0:
                _events.Enqueue(new ConnectionEvent(ConnectionEventKind.PingAcknowledged, this, frame.Id));
                break;
            case FrameType.MtuProbe when frame.Length != 0:
                _path.OnProbeAcknowledged(frame.Length, _turn);
                break;
            case FrameType.Message when _messages.OnAcknowledged(frame.Id):
                _events.Enqueue(new ConnectionEvent(ConnectionEventKind.MessageAcknowledged, this, frame.Id));
                break;
        }
    }

    void IFrameFateSink.OnFrameLost(in SentFrame frame)
    {
        FlushAcknowledged();
        switch (frame.Type)
        {
            case FrameType.Ping when frame.Length != 0:
                _pings.Enqueue(frame.Id);
                break;
            case FrameType.Message:
                _messages.OnLost(frame.Id);
                break;
            case FrameType.MtuProbe:
                LoseMtuFrame(in frame);
                break;
            case FrameType.ConnectionCredit:
                _owesMessageCredit |= frame.Offset == _messageCreditGranted;
                break;
            case (>= FrameType.StreamOpen and <= FrameType.StreamLimit)
                or (>= FrameType.StreamAccept and <= FrameType.StreamHave) or FrameType.StreamDelivery:
                Streams.OnLost(in frame);
                break;
        }
    }

    /// <summary>Fragments that lie side by side are told as one: an ACK of a burst costs a stream one step.</summary>
    private void AcknowledgeFragment(in SentFrame frame)
    {
        ref SentFrame run = ref _acknowledgedRun;
        bool joins = frame.Id == run.Id && frame.Offset == run.Offset + run.Length && run.Length is > 0 and < RunBytesMax;
        if (joins)
        {
            run = run with { Length = run.Length + frame.Length };
            return;
        }

        FlushAcknowledged();
        run = frame;
    }

    private void FlushAcknowledged()
    {
        if (_acknowledgedRun.Length > 0)
        {
            SentFrame run = _acknowledgedRun;
            _acknowledgedRun = default;
            Streams.OnAcknowledged(in run, _turn);
        }
    }

    private void LoseMtuFrame(in SentFrame frame)
    {
        if (frame.Length != 0)
        {
            _path.OnProbeLost(frame.Length, _turn);
        }
        else
        {
            _owesLongestWanted = true;
        }
    }

    private void CountUnopened(OpenResult result, ulong number, Instant now)
    {
        if (result == OpenResult.Duplicate)
        {
            // The ACK for it may be what was lost (scenario F4). The number is not authenticated here, so a forger can
            // make this side send at most one ACK per delay.
            Counters.PacketsDuplicate++;
            _acks.OnDuplicate(number, now);
            return;
        }

        Counters.PacketsNotAuthentic++;
    }

    private bool TryHandleFrames(Instant now, ReadOnlySpan<byte> payload, out bool isAckEliciting)
    {
        isAckEliciting = false;
        _ecnOfPeer = null;
        bool hasMessage = false;
        var reader = new FrameReader(payload);
        while (State == ConnectionState.Established && reader.TryReadType(out FrameType type))
        {
            hasMessage |= type == FrameType.Message;
            isAckEliciting |= type is not (FrameType.Padding or FrameType.Ack or FrameType.EcnAck or FrameType.ConnectionClose);
            if (!TryHandleFrame(now, type, ref reader))
            {
                Close(now, CloseCode.ProtocolViolation, $"frame {(byte)type:x2} at byte {reader.Position} is malformed");
                return false;
            }
        }

        if (!hasMessage)
        {
            TakeHeldAck(now);
        }

        return State == ConnectionState.Established;
    }

    private bool TryHandleFrame(Instant now, FrameType type, ref FrameReader reader)
    {
        switch (type)
        {
            case FrameType.Padding:
                reader.SkipPadding();
                return true;
            case FrameType.Ping:
                return true;
            case FrameType.Ack:
                return TryHandleAck(now, ref reader);
            case FrameType.Message:
                return TryHandleMessage(ref reader);
            case FrameType.ConnectionCredit:
                return TryHandleConnectionCredit(ref reader);
            case FrameType.Blocked:
                return TryHandleBlocked(ref reader);
            case FrameType.ConnectionClose:
                return TryHandleClose(ref reader);
            case FrameType.MtuProbe:
                return TryHandleMtuProbe(ref reader);
            case FrameType.EcnAck:
                return TryHandleEcnAck(ref reader);
            case (>= FrameType.StreamAccept and <= FrameType.StreamHave) or FrameType.StreamDelivery:
                return Streams.TryHandleSignal(now, type, ref reader);
            case > FrameType.LastPlain:
                Counters.FramesUnknown++;
                return reader.TryReadBlock(out _);
            default:
                return TryHandleStreamFrame(now, type, ref reader);
        }
    }

    private bool TryHandleStreamFrame(Instant now, FrameType type, ref FrameReader reader) => type switch
    {
        FrameType.StreamOpen => Streams.TryHandleOpen(now, ref reader),
        FrameType.Fragment => Streams.TryHandleFragment(now, ref reader),
        FrameType.Fin => Streams.TryHandleFin(now, ref reader),
        FrameType.StreamReset => Streams.TryHandleReset(ref reader),
        FrameType.StopSending => Streams.TryHandleStopSending(ref reader),
        FrameType.StreamCredit => Streams.TryHandleCredit(ref reader),
        FrameType.StreamLimit => Streams.TryHandleLimit(ref reader),
        _ => false,
    };

    private bool TryHandleAck(Instant now, ref FrameReader reader)
    {
        Span<AckRange> read = _active.AckRanges;
        if (!AckFrame.TryRead(ref reader, read, out int count, out ulong delayMicroseconds))
        {
            return false;
        }

        // One that is held came first.
        TakeHeldAck(now);
        var delay = new Duration((long)Math.Min(delayMicroseconds, 1_000_000) * 1_000);
        ReadOnlySpan<AckRange> ranges = read[..count];
        return TryHoldAck(ranges, delay) || TryTakeAck(now, delay, ranges, _ecnOfPeer);
    }

    /// <returns>False when it tells of packets that were never sent.</returns>
    private bool TryTakeAck(Instant now, Duration delay, ReadOnlySpan<AckRange> ranges, EcnCounts? counts)
    {
        _turn = now;
        AckResult result = _recovery.HandleAck(now, delay, ranges, this, counts);
        FlushAcknowledged();
        if (result == AckResult.Invalid)
        {
            return false;
        }

        Session.Sealer.OnAcknowledged(ranges[0].Largest);
        return true;
    }

    /// <summary>Kept for the ACK behind it.</summary>
    private bool TryHandleEcnAck(ref FrameReader reader)
    {
        bool read = EcnAckFrame.TryRead(ref reader, out EcnAckFrame frame);
        _ecnOfPeer = frame.Counts;
        return read;
    }

    private bool TryHandleMessage(ref FrameReader reader)
    {
        if (!MessageFrame.TryRead(ref reader, out MessageFrame frame))
        {
            return false;
        }

        if (!_messagesSeen.TryRecord(frame.Sequence))
        {
            Counters.MessagesDuplicate++;
            return true;
        }

        _messageBytesReceived += frame.Bytes.Length;
        if (_messageBytesReceived > _messageCreditGranted)
        {
            return false;
        }

        Counters.MessagesReceived++;
        _events.Enqueue(new ConnectionEvent(
            ConnectionEventKind.MessageReceived, this, frame.Sequence, PooledBytes.CopyOf(frame.Bytes)));
        return true;
    }

    private bool TryHandleConnectionCredit(ref FrameReader reader)
    {
        bool read = ConnectionCreditFrame.TryRead(ref reader, out ConnectionCreditFrame frame);
        _messages.Credit = Math.Max(_messages.Credit, (long)frame.MaxBytes);
        return read;
    }

    private bool TryHandleMtuProbe(ref FrameReader reader)
    {
        bool read = MtuProbeFrame.TryRead(ref reader, out MtuProbeFrame frame);
        if (frame.LongestWanted != 0)
        {
            // Only who passes streams on asks for it.
            IsRelaying = true;
            _path.Limit((int)Math.Min(frame.LongestWanted, int.MaxValue));
        }

        return read;
    }

    private bool TryHandleBlocked(ref FrameReader reader)
    {
        if (!BlockedFrame.TryRead(ref reader, out BlockedFrame frame))
        {
            return false;
        }

        if (frame.Kind == (byte)BlockedKind.Connection)
        {
            _owesMessageCredit = true;
        }
        else
        {
            Streams.HandleBlocked(in frame);
        }

        return true;
    }

    private bool TryHandleClose(ref FrameReader reader)
    {
        if (!ConnectionCloseFrame.TryRead(ref reader, out ConnectionCloseFrame frame))
        {
            return false;
        }

        Abandon((CloseCode)frame.Code, Encoding.UTF8.GetString(frame.Reason));
        return true;
    }
}
