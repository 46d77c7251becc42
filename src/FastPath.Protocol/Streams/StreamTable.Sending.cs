using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>Frames of streams, out: control first, then grants, then one stream's bytes after the other in turn.</summary>
internal sealed partial class StreamTable
{
    private const int ControlQueueMax = 1_024;
    private const int ControlLengthMax = 1 + (3 * VarInt.MaxLength);

    // What the longest header of a fragment leaves of this would not be worth it.
    private const int FragmentRoomMin = ControlLengthMax + SendStream.FragmentBytesMin;
    private const int DeliveriesAwaitedMax = 1_024;
    private const int TailRepeatsMax = 2;

    private readonly Queue<SendStream> _waiting = new();
    private readonly SendTurns _ready = new();
    private readonly Queue<SendStream> _blocked = new();
    private readonly Queue<ReceiveStream> _creditOwed = new();
    private readonly Queue<StreamControl> _control = new();
    private SendStream? _tail;
    private ulong _nextIndex;
    private ulong _limit;
    private ulong _limitGranted;
    private bool _owesLimit;

    public bool HasSendable => _ready.Count > 0 || HasControl;

    /// <summary>Frames that never wait behind bytes.</summary>
    public bool HasControl => _control.Count > 0 || _creditOwed.Count > 0 || _blocked.Count > 0 || _owesLimit;

    /// <summary>A stream has been sent to its end and is not acknowledged whole.</summary>
    public bool HasTail => _tail is { HasEnded: false };

    /// <summary>How often that stream's tail went out again.</summary>
    public int TailRepeats => _tail?.TailRepeats ?? 0;

    /// <summary>
    /// Nothing is to be sent but what was sent already, without being known to be lost: how often, with this time. Else 0.
    /// </summary>
    public int RepeatsOnTurn => _ready.Count == 1 && !HasControl && _ready.TryPeek(out SendStream? stream) ? stream.TailRepeats : 0;

    /// <summary>The connection may send: what its streams have is what the loop has to get to.</summary>
    public void JoinBacklog(SendBacklog backlog) => _ready.JoinBacklog(backlog);

    public void LeaveBacklog() => _ready.LeaveBacklog();

    /// <inheritdoc cref="SendTurns.InBacklog"/>
    public int InBacklog => _ready.InBacklog;

    /// <summary>What of that stream is not acknowledged is sent once more, when nothing else is to be sent.</summary>
    public void OfferTail()
    {
        if (_tail is { HasEnded: false } stream)
        {
            stream.OfferTail();
            MarkReady(stream);
        }

        _tail = null;
    }

    /// <summary>Writes the next control frame that fits; called until false.</summary>
    public bool TryWriteControl(ref FrameWriter writer, out SentFrame sent)
    {
        sent = default;
        if (writer.Remaining < ControlLengthMax)
        {
            return false;
        }

        if (_control.TryDequeue(out StreamControl control))
        {
            sent = Write(ref writer, in control);
            return true;
        }

        if (_owesLimit)
        {
            _owesLimit = false;
            new StreamLimitFrame(_limitGranted).Write(ref writer);
            sent = new SentFrame(FrameType.StreamLimit, 0, (long)_limitGranted);
            return true;
        }

        return TryWriteCredit(ref writer, out sent) || TryWriteBlocked(ref writer);
    }

    /// <summary>Writes the next bytes of the stream whose turn it is; called until false, or until the packet is full.</summary>
    /// <param name="isFull">A stream that has more bytes has filled the packet: its turn is over.</param>
    public bool TryWriteBytes(ref FrameWriter writer, Instant now, out SentFrame sent, out bool isFull)
    {
        isFull = false;
        while (_ready.TryPeek(out SendStream? stream))
        {
            long before = stream.PayloadBytesSent;
            long beforeAgain = stream.PayloadBytesSentAgain;
            if (stream.TryWriteNext(ref writer, now, out sent))
            {
                Counters.FragmentsSent += sent.Type == FrameType.Fragment ? 1 : 0;
                Counters.PayloadBytesSent += stream.PayloadBytesSent - before;
                Counters.FragmentsSentAgain += stream.PayloadBytesSentAgain > beforeAgain ? 1 : 0;
                Counters.PayloadBytesSentAgain += stream.PayloadBytesSentAgain - beforeAgain;
                _tail = sent.Type == FrameType.Fin && stream.TailRepeats < TailRepeatsMax ? stream : _tail;
                isFull = writer.Remaining < FragmentRoomMin && stream.HasSendableBytes;
                if (isFull)
                {
                    _ready.Pass();
                    FetchNext(sent.Length);
                }

                return true;
            }

            if (stream.HasSendable)
            {
                // The packet is full: the next one begins with another stream.
                _ready.Pass();
                break;
            }

            _ready.Dequeue();
            stream.LeaveTurns();
        }

        sent = default;
        return false;
    }

    public void OnAcknowledged(in SentFrame frame, Instant now)
    {
        if (_sending.TryGetValue(frame.Id, out SendStream? stream))
        {
            stream.OnAcknowledged(in frame, now);
            if (!stream.HasEnded)
            {
                MarkReady(stream);
            }
            else if (_sending.ContainsKey(frame.Id))
            {
                // Else its listener has given it up just now, and that was counted.
                CountSendEnd(stream, StreamErrorCode.None);
            }
        }
    }

    public void OnLost(in SentFrame frame)
    {
        switch (frame.Type)
        {
            case FrameType.StreamReset or FrameType.StopSending
                or (>= FrameType.StreamAccept and <= FrameType.StreamHave) or FrameType.StreamDelivery:
                QueueControl(new StreamControl(frame.Type, frame.Id, (StreamErrorCode)frame.Length, frame.Offset));
                break;
            case FrameType.StreamLimit:
                _owesLimit |= frame.Offset == (long)_limitGranted;
                break;
            case FrameType.StreamCredit:
                if (_receiving.TryGetValue(frame.Id, out ReceiveStream? receiving) && receiving.Granted == frame.Offset)
                {
                    receiving.OwesCredit = true;
                    QueueCredit(receiving);
                }

                break;
            default:
                if (_sending.TryGetValue(frame.Id, out SendStream? stream))
                {
                    stream.OnLost(in frame);
                    MarkReady(stream);
                }

                break;
        }
    }

    private static SentFrame Write(ref FrameWriter writer, in StreamControl control)
    {
        switch (control.Type)
        {
            case FrameType.StreamReset:
                new StreamResetFrame(control.StreamId, (ulong)control.Code, control.Value).Write(ref writer);
                break;
            case FrameType.StopSending:
                new StopSendingFrame(control.StreamId, (ulong)control.Code).Write(ref writer);
                break;
            default:
                new StreamSignalFrame(control.Type, control.StreamId, (ulong)control.Value).Write(ref writer);
                break;
        }

        return new SentFrame(control.Type, control.StreamId, control.Value, (int)control.Code);
    }

    private bool TryWriteCredit(ref FrameWriter writer, out SentFrame sent)
    {
        sent = default;
        while (_creditOwed.TryDequeue(out ReceiveStream? stream))
        {
            stream.IsQueued = false;
            if (!stream.OwesCredit)
            {
                continue;
            }

            stream.OwesCredit = false;
            new StreamCreditFrame(stream.Id, stream.Granted).Write(ref writer);
            sent = new SentFrame(FrameType.StreamCredit, stream.Id, stream.Granted);
            return true;
        }

        return false;
    }

    /// <summary>
    /// Bytes of many streams, and of many connections, do not fit the caches: those of the next packet come while this one is sealed.
    /// </summary>
    private void FetchNext(int length)
    {
        if (_ready.TryPeek(out SendStream? next))
        {
            next.Fetch(length);
        }
    }

    /// <summary>Only a reminder, from the sweep: the grant itself is repeated until acknowledged.</summary>
    private bool TryWriteBlocked(ref FrameWriter writer)
    {
        while (_blocked.TryDequeue(out SendStream? stream))
        {
            if (!stream.HasEnded && stream.IsBlockedByCredit)
            {
                new BlockedFrame((byte)BlockedKind.Stream, stream.Id, (ulong)stream.Credit).Write(ref writer);
                return true;
            }
        }

        return false;
    }

    private void QueueCredit(ReceiveStream stream)
    {
        if (!stream.IsQueued)
        {
            stream.IsQueued = true;
            _creditOwed.Enqueue(stream);
            _connection.Wake();
        }
    }

    private void QueueControl(StreamControl control)
    {
        _control.Enqueue(control);
        _connection.Wake();
    }

    /// <summary>Ids are given in order and without gaps, as far as the peer's limit goes.</summary>
    private void AdmitWaiting()
    {
        while (_nextIndex < _limit && _waiting.TryDequeue(out SendStream? stream))
        {
            if (stream.HasEnded)
            {
                continue;
            }

            stream.Admit(StreamId.Of(_nextIndex++, _isInitiator), _settings.InitialCreditBytes);
            _sending.Add(stream.Id, stream);
            MarkReady(stream);
        }
    }
}
