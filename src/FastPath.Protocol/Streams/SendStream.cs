using System.Diagnostics;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>One outgoing stream of one connection: what is to be sent, what is acknowledged.</summary>
/// <remarks>
/// Bytes stay in the ring, which a relay shares with the incoming side and with its other targets; this side holds one
/// cursor, at the first byte not acknowledged. Frames are cut when a packet is built, so a changed packet size never
/// strands a byte. Owned by the loop thread.
/// </remarks>
internal sealed partial class SendStream
{
    /// <summary>Below this a fragment would mostly be header; the next packet has room.</summary>
    public const int FragmentBytesMin = 32;

    private readonly RangeSet _offered = new();
    private readonly RangeSet _toSend = new();
    private readonly RangeSet _acknowledged = new();
    private FragmentRing? _ring;
    private RingCursor? _cursor;
    private ISendListener _listener;
    private ReadOnlyMemory<byte> _finDigest;
    private bool _owesOpen = true;
    private bool _openAcknowledged;
    private bool _owesFin;
    private bool _finAcknowledged;
    private bool _hasEnded;
    private StreamErrorCode _endCode;

    /// <summary>A stream that is offered: its ring follows with <see cref="Begin"/> once the receiver has accepted.</summary>
    public SendStream(Connection connection, StreamDescription description, ISendListener listener)
    {
        Connection = connection;
        Description = description;
        _listener = listener;
        HighestSent = description.StartOffset;
    }

    public SendStream(
        Connection connection, StreamDescription description, FragmentRing ring, RingCursor cursor, ISendListener listener)
        : this(connection, description, listener)
    {
        _ring = ring;
        _cursor = cursor;
    }

    public Connection Connection { get; }

    public StreamDescription Description { get; private set; }

    /// <exception cref="InvalidOperationException">The stream is an offer that was not accepted yet.</exception>
    public FragmentRing Ring => _ring ?? throw new InvalidOperationException("The offer was not accepted yet.");

    public StreamPriority Priority => Description is { Kind: StreamKind.Whole, Priority: StreamPriority.Normal }
        ? StreamPriority.High
        : Description.Priority;

    /// <summary>Bytes can be sent: the stream was opened with a ring, or accepted and given one.</summary>
    public bool HasRing => _ring is not null;

    /// <summary>Given when the peer's limit of streams admits it; in order and without gaps.</summary>
    public ulong Id { get; private set; }

    public bool HasId { get; private set; }

    /// <summary>Absolute offset up to which the peer takes bytes.</summary>
    public long Credit { get; private set; }

    /// <summary>-1 until the writer has finished.</summary>
    public long FinalSize { get; private set; } = -1;

    /// <summary>Every byte below is acknowledged.</summary>
    public long AcknowledgedTo => _cursor?.Position ?? Description.StartOffset;

    public long HighestSent { get; private set; }

    /// <summary>Bytes in FRAGMENT frames, retransmissions included.</summary>
    public long PayloadBytesSent { get; private set; }

    public long PayloadBytesSentAgain { get; private set; }

    /// <summary>Is among the streams whose turn comes.</summary>
    public bool IsQueued { get; private set; }

    /// <summary>It shares its turns with equals whose writers come back one by one.</summary>
    public bool IsFilledInTurn => Priority == StreamPriority.Normal && _listener.FillsInTurn;

    /// <summary>When the opening frame left first.</summary>
    public Instant OpenedAt { get; private set; } = Instant.Never;

    public bool HasEnded => _hasEnded;

    /// <summary>Why it has ended.</summary>
    public StreamErrorCode EndCode => _endCode;

    /// <summary>How often <see cref="OfferTail"/> was called.</summary>
    public int TailRepeats { get; private set; }

    /// <summary>When the last byte was acknowledged, or the first one offered after all were.</summary>
    public Instant LastProgressAt { get; set; }

    /// <summary>Without progress for this long the stream has failed.</summary>
    public Duration ProgressTimeout { get; init; } = Duration.FromSeconds(35);

    /// <summary>Bytes wait for credit alone.</summary>
    public bool IsBlockedByCredit => HasId && !_toSend.IsEmpty && _toSend[0].Start >= Credit;

    /// <summary>Everything offered so far is acknowledged: the application is the one that is waited for.</summary>
    public bool IsIdle => _ring is not null && !_owesOpen && _openAcknowledged && _toSend.IsEmpty && AcknowledgedTo == HighestSent && FinalSize < 0;

    /// <summary>It has nothing to do: whoever fills its ring may give back what it keeps for speed.</summary>
    public void TellIdle() => _listener.OnIdle(this);

    /// <summary>Everything offered has left, and the peer would take more: the writer is the one that is waited for.</summary>
    public bool IsStarved => _toSend.IsEmpty && FinalSize < 0 && HighestSent < Credit;

    /// <summary>A frame could be written now.</summary>
    public bool HasSendable => HasId && !_hasEnded && (_owesOpen || HasSendableBytes || (_owesFin && _toSend.IsEmpty));

    /// <summary>Bytes could be written now.</summary>
    /// <remarks>A stream that starts in the middle must be announced first: the receiver takes an unannounced one to start at 0.</remarks>
    public bool HasSendableBytes =>
        !_toSend.IsEmpty && _toSend[0].Start < Credit && !IsTooLittle && (Description.StartOffset == 0 || _openAcknowledged);

    /// <summary>
    /// Credit would cut a packet short, though more is on its way: sent at once, the rest of each window would be a packet of its own
    /// (RFC 9293, section 3.8.6.2.1). With nothing in flight it is sent: the peer may wait for just that.
    /// </summary>
    private bool IsTooLittle =>
        Credit < _toSend[0].End && Credit - _toSend[0].Start < Connection.Path.Current / 2 && AcknowledgedTo < _toSend[0].Start;

    public void Admit(ulong id, long initialCredit)
    {
        Debug.Assert(!HasId);
        Id = id;
        HasId = true;
        Credit = Math.Max(Credit, Description.StartOffset + initialCredit);
    }

    public void TakeTurns() => IsQueued = true;

    /// <summary>It has nothing more to send, or waits for credit.</summary>
    public void LeaveTurns()
    {
        IsQueued = false;
        _listener.OnLeftTurns(this);
    }

    /// <summary>Bytes [start, end) lie in the ring and are to be sent.</summary>
    public void Offer(long start, long end, Instant now)
    {
        if (_hasEnded)
        {
            return;
        }

        if (IsIdle)
        {
            LastProgressAt = now;
        }

        // A relay's source may have cut anew: what was offered before is under way already, or even gone from the ring.
        long position = start;
        while (_offered.TryFindGap(position, end, out long gapStart, out long gapEnd))
        {
            _toSend.Add(gapStart, gapEnd);
            position = gapEnd;
        }

        _offered.Add(start, end);
    }

    /// <summary>No byte beyond this offset will be offered.</summary>
    /// <param name="finalSize">Absolute offset.</param>
    /// <param name="digest">BLAKE3 of the payload when the opening frame did not say it; else empty.</param>
    public void Finish(long finalSize, Instant now, ReadOnlyMemory<byte> digest = default)
    {
        if (FinalSize < 0 && !_hasEnded)
        {
            _finDigest = Description.Digest.IsEmpty ? digest : default;
            LastProgressAt = IsIdle ? now : LastProgressAt;
            FinalSize = finalSize;
            _owesFin = true;
        }
    }

    /// <returns>False when the grant was known already.</returns>
    public bool Grant(long maxOffset)
    {
        bool isNew = maxOffset > Credit;
        Credit = Math.Max(Credit, maxOffset);
        return isNew;
    }

    /// <summary>Every byte and the end have been sent: what is not acknowledged of them goes out again, before it is known to be lost.</summary>
    public void OfferTail()
    {
        TailRepeats++;
        OfferAgain(AcknowledgedTo, HighestSent);
        _owesFin |= !_finAcknowledged;
    }

    public void OnAcknowledged(in SentFrame frame, Instant now)
    {
        if (_hasEnded)
        {
            return;
        }

        switch (frame.Type)
        {
            case FrameType.StreamOpen:
                _openAcknowledged = true;
                _owesOpen = false;
                break;
            case FrameType.Fin:
                _finAcknowledged = true;
                _owesFin = false;
                break;
            default:
                AcknowledgeBytes(frame.Offset, frame.Offset + frame.Length, now);
                break;
        }

        if (_finAcknowledged && _openAcknowledged && AcknowledgedTo == FinalSize)
        {
            End(StreamErrorCode.None);
        }
    }

    public void OnLost(in SentFrame frame)
    {
        if (_hasEnded)
        {
            return;
        }

        switch (frame.Type)
        {
            case FrameType.StreamOpen:
                _owesOpen = !_openAcknowledged;
                break;
            case FrameType.Fin:
                _owesFin = !_finAcknowledged;
                break;
            default:
                OfferAgain(frame.Offset, frame.Offset + frame.Length);
                break;
        }
    }

    /// <summary>Ends the stream at this side; the listener hears it once, the ring loses this reader.</summary>
    public void End(StreamErrorCode code)
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        _endCode = code;
        _toSend.Clear();
        if (_cursor is { } cursor)
        {
            Ring.RemoveCursor(cursor);
        }

        _listener.OnSendEnded(this, code);
    }

    private void AcknowledgeBytes(long start, long end, Instant now)
    {
        RingCursor cursor = _cursor!;
        long from = Math.Max(start, cursor.Position);
        if (_acknowledged.Add(from, Math.Max(from, end)) == 0)
        {
            return;
        }

        LastProgressAt = now;
        _toSend.Remove(from, end);
        if (_acknowledged[0].Start == cursor.Position)
        {
            (long first, long last) = _acknowledged[0];
            _acknowledged.Remove(first, last);
            cursor.Advance(last);
            _listener.OnAcknowledged(this);
        }
    }

    /// <summary>Lost bytes go back to what is to be sent, but for those that a later packet has brought.</summary>
    private void OfferAgain(long start, long end)
    {
        long position = Math.Max(start, AcknowledgedTo);
        while (_acknowledged.TryFindGap(position, end, out long gapStart, out long gapEnd))
        {
            _toSend.Add(gapStart, gapEnd);
            position = gapEnd;
        }
    }
}
