using System.Text;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Connections;

/// <summary>Packets out: acknowledgements first, then control, then messages.</summary>
internal sealed partial class Connection
{
    private const int MessageOverheadMax = 1 + VarInt.MaxLength + 2;
    private const int FramesPerPacketMax = ActiveConnections.FramesPerPacketMax;

    // A window of fewer packets than this would leave in fits and starts.
    private const int PacketsPerWindowMin = 4;
    private const int PaddedShareOfPacket = 10;
    private const int CloseReasonBytesMax = 256;

    private readonly Queue<ulong> _pings = new();
    private int _sentFrameCount;
    private bool _isMessageLeftOut;
    private EcnCodepoint _ecn;
    private bool _opensStream;
    private bool _owesPing;
    private bool _owesClose;
    private bool _owesMessageCredit;
    private bool _owesLongestWanted;
    private int _longestWanted;

    private bool HasData => HasUrgent || Streams.HasSendable;

    // What never waits behind bytes of streams (scenario F14).
    private bool HasUrgent => _pings.Count > 0 || _owesPing || _owesMessageCredit || _owesLongestWanted || Streams.HasControl
        || (!_messages.IsEmpty && _messages.TryPeek(out _, out _));

    private bool MayRepeatTail => !Streams.HasSendable && Streams.HasTail && _recovery.IsRepairLikely(Streams.TailRepeats);

    /// <summary>How the datagram that was built last is to leave.</summary>
    public Departure Departure => new(_ecn, _opensStream, IsSentAtOnce, IsRelaying);

    /// <summary>An ACK waits for the end of the batch.</summary>
    public bool OwesAck => _acks.IsPending;

    /// <summary>Builds and seals the next packet into <paramref name="datagram"/>; false when there is none to send.</summary>
    /// <param name="isBatchEnd">The receive batch is over: an owed ACK leaves now, not at its deadline.</param>
    public bool TryPollTransmit(Instant now, Span<byte> datagram, bool isBatchEnd, out int length)
    {
        length = 0;
        _opensStream = false;
        _ecn = _recovery.MarksNext && State == ConnectionState.Established ? EcnCodepoint.CapableZero : EcnCodepoint.NotCapable;
        if (State == ConnectionState.Closed || !Session.Sealer.CanSeal)
        {
            return State != ConnectionState.Closed && FailForKeys();
        }

        int datagramBytes = Math.Min(datagram.Length, ChooseDatagramBytes());
        int capacity = datagramBytes - Session.Sealer.Overhead;
        var writer = new FrameWriter(datagram.Slice(PacketHeader.Length, capacity));
        if (State == ConnectionState.Closing)
        {
            return TryPollClose(datagram, ref writer, out length);
        }

        Session.Sealer.TryRekey(now);
        bool hasUrgent = HasUrgent;
        if (_holdsAck && !(hasUrgent && _recovery.CanSendUrgent(now, datagramBytes)))
        {
            TakeHeldAck(now);
            hasUrgent = HasUrgent;
        }

        if (!hasUrgent && MayRepeatTail)
        {
            Streams.OfferTail();
        }

        bool hasData = hasUrgent || Streams.HasSendable || _recovery.ProbesOwed > 0;
        bool canSendData = hasData
            && (_recovery.CanSend(now, datagramBytes) || (Streams.RepeatsOnTurn is > 0 and var repeats && _recovery.CanSendRepair(now, datagramBytes, repeats)));
        if (canSendData && _path.TryGetProbe(now, out int probeBytes) && probeBytes <= datagram.Length && _recovery.CanSendMtuProbe(now, probeBytes))
        {
            return TryPollMtuProbe(now, datagram[..probeBytes], out length);
        }

        bool canSendUrgent = canSendData || (hasUrgent && _recovery.CanSendUrgent(now, datagramBytes));
        bool ackIsDue = _acks.IsPending && ((isBatchEnd && !_acks.IsHeld) || _acks.IsDue(now));
        if (!canSendUrgent && !ackIsDue)
        {
            return false;
        }

        _sentFrameCount = 0;
        _isMessageLeftOut = false;
        if (_acks.IsPending)
        {
            WriteAck(now, ref writer, canSendUrgent);
        }

        bool isAckEliciting = canSendUrgent && WriteData(now, ref writer, withBytes: canSendData);
        if (!isAckEliciting && _acks.WantsPing)
        {
            writer.WriteType(FrameType.Ping);
            isAckEliciting = true;
        }

        if (canSendData && isAckEliciting)
        {
            Fill(ref writer, capacity);
        }

        // A stream that waited for its turn may have had nothing left: then the turn is of what may go out twice.
        return TrySeal(now, datagram, writer.Position, isAckEliciting, out length)
            || (writer.Position == 0 && !HasUrgent && MayRepeatTail && TryPollTransmit(now, datagram, isBatchEnd, out length));
    }

    /// <summary>
    /// Datagrams of one length leave as one buffer: a packet that is nearly as long as those behind it is padded, under the
    /// seal, to theirs. Much shorter ones, and the last of what there is, leave as they are.
    /// </summary>
    private void Fill(ref FrameWriter writer, int capacity)
    {
        int missing = writer.Remaining;
        if (missing > 0 && missing < capacity / PaddedShareOfPacket && Streams.HasSendable)
        {
            writer.Reserve(missing).Clear();
            Counters.PacketsPadded++;
        }
    }

    /// <summary>The path's size; less while the window is small, and the base for probes of a path that does not answer.</summary>
    private int ChooseDatagramBytes()
    {
        long share = _recovery.ProbesOwed > 0 ? 0 : _recovery.Congestion.WindowBytes / PacketsPerWindowMin;
        return (int)Math.Min(_path.Current, Math.Max(PathMtuSettings.BaseBytes, share));
    }

    /// <summary>A packet that carries its length and nothing else: the rest of it is PADDING, zeros.</summary>
    private bool TryPollMtuProbe(Instant now, Span<byte> datagram, out int length)
    {
        var writer = new FrameWriter(datagram[PacketHeader.Length..^(Session.Sealer.Overhead - PacketHeader.Length)]);
        new MtuProbeFrame(0).Write(ref writer);
        writer.Reserve(writer.Remaining).Clear();
        length = Session.Sealer.Seal(Session.RemoteIndex, datagram, writer.Position);
        _sentFrameCount = 0;
        Record(new SentFrame(FrameType.MtuProbe, 0, Length: length));
        _path.OnProbeSent(length);
        _recovery.OnPacketSent(
            now, length, isAckEliciting: true, isAppLimited: false, _active.SentFrames[.._sentFrameCount], isMtuProbe: true);
        Counters.PacketsSent++;
        _lastSentAt = now;
        return true;
    }

    private bool TrySeal(Instant now, Span<byte> datagram, int plaintextLength, bool isAckEliciting, out int length)
    {
        length = 0;
        if (plaintextLength == 0)
        {
            return false;
        }

        length = Session.Sealer.Seal(Session.RemoteIndex, datagram, plaintextLength);
        bool isAppLimited = _recovery.BytesInFlight + length < _recovery.Congestion.WindowBytes && !HasData;
        _recovery.OnPacketSent(now, length, isAckEliciting, isAppLimited, _active.SentFrames[.._sentFrameCount]);
        _path.OnPacketSent(length, _isMessageLeftOut);
        Counters.PacketsSent++;
        Counters.AcksSent += isAckEliciting ? 0 : 1;
        _lastSentAt = isAckEliciting ? now : _lastSentAt;
        return true;
    }

    private void WriteAck(Instant now, ref FrameWriter writer, bool withElicitingFrames)
    {
        Span<AckRange> ranges = _active.AckRanges;
        int count = _acks.CopyRanges(ranges);
        if (count == 0)
        {
            return;
        }

        if (!_ecnReceived.IsEmpty && (Session.Capabilities & Capabilities.EcnCounts) != 0)
        {
            // Before the ACK that it belongs to: who reads it knows the counts when the ranges are taken.
            var counts = new EcnAckFrame(_ecnReceived);
            if (counts.EncodedLength + AckFrame.EncodedLengthMax <= writer.Remaining)
            {
                counts.Write(ref writer);
            }
        }

        ulong delayMicroseconds = (ulong)(_acks.DelayOfLargest(now).Nanoseconds / 1_000);
        if (AckFrame.TryWrite(ref writer, delayMicroseconds, ranges[..count]))
        {
            Record(new SentFrame(FrameType.Ack, ranges[0].Largest));
            _acks.OnAckSent(withElicitingFrames);
        }
    }

    private bool WriteData(Instant now, ref FrameWriter writer, bool withBytes)
    {
        int before = writer.Position;
        if (_pings.TryDequeue(out ulong ping))
        {
            // The number stays here: a PING has no payload, its packet's acknowledgement is the answer.
            writer.WriteType(FrameType.Ping);
            Record(new SentFrame(FrameType.Ping, ping, Length: 1));
            _owesPing = false;
        }

        if (_owesMessageCredit)
        {
            new ConnectionCreditFrame((ulong)_messageCreditGranted).Write(ref writer);
            Record(new SentFrame(FrameType.ConnectionCredit, 0, _messageCreditGranted));
            _owesMessageCredit = false;
        }

        if (_owesLongestWanted)
        {
            new MtuProbeFrame((ulong)_longestWanted).Write(ref writer);
            Record(new SentFrame(FrameType.MtuProbe, 0, _longestWanted));
            _owesLongestWanted = false;
        }

        SentFrame sent;
        while (_sentFrameCount < FramesPerPacketMax && Streams.TryWriteControl(ref writer, out sent))
        {
            Record(sent);
        }

        while (!_messages.IsEmpty && _sentFrameCount < FramesPerPacketMax && _messages.TryPeek(out ulong sequence, out ReadOnlySpan<byte> bytes))
        {
            var frame = new MessageFrame(sequence, bytes);
            if (frame.EncodedLength > writer.Remaining)
            {
                _isMessageLeftOut = true;
                break;
            }

            frame.Write(ref writer);
            Record(new SentFrame(FrameType.Message, sequence, Length: bytes.Length));
            _messages.OnSent(sequence);
            Counters.MessagesSent++;
        }

        bool isFull = !withBytes;
        while (!isFull && _sentFrameCount < FramesPerPacketMax && Streams.TryWriteBytes(ref writer, now, out sent, out isFull))
        {
            Record(sent);
        }

        if (writer.Position == before && (_owesPing || _recovery.ProbesOwed > 0))
        {
            writer.WriteType(FrameType.Ping);
            _owesPing = false;
        }

        return writer.Position != before;
    }

    private bool TryPollClose(Span<byte> datagram, ref FrameWriter writer, out int length)
    {
        length = 0;
        if (!_owesClose)
        {
            return false;
        }

        _owesClose = false;
        byte[] reason = Encoding.UTF8.GetBytes(CloseReason);
        int reasonLength = Math.Min(reason.Length, CloseReasonBytesMax);
        new ConnectionCloseFrame((ulong)CloseCode, reason.AsSpan(0, reasonLength)).Write(ref writer);
        length = Session.Sealer.Seal(Session.RemoteIndex, datagram, writer.Position);
        return true;
    }

    private bool FailForKeys()
    {
        Abandon(CloseCode.KeysUsedUp, "the cipher's limit was reached before the peer acknowledged a new key phase");
        return false;
    }

    /// <summary>Keeps what must be known of when the packet is acknowledged or lost; PADDING stands for "nothing".</summary>
    private void Record(SentFrame frame)
    {
        if (frame.Type != FrameType.Padding)
        {
            _active.SentFrames[_sentFrameCount++] = frame;
            _opensStream |= frame.Type == FrameType.StreamOpen;
        }
    }
}
