using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>The streams of one connection, both ways: admission, limits, control frames and their ends.</summary>
/// <remarks>
/// A stream's failure ends that stream and nothing else (decision D8). Every stream that starts ends exactly once, counted
/// as completed, failed or cancelled. Owned by the loop thread.
/// </remarks>
internal sealed partial class StreamTable
{
    private static readonly Duration SweepInterval = Duration.FromMilliseconds(500);

    private readonly Connection _connection;
    private readonly StreamSettings _settings;
    private readonly PinnedSlabPool _pool;
    private readonly bool _isInitiator;
    private readonly Dictionary<ulong, SendStream> _sending = [];
    private readonly Dictionary<ulong, ReceiveStream> _receiving = [];
    private readonly PeerStreamIds _peerIds;
    private readonly List<object> _expired = [];
    private readonly Dictionary<ulong, StreamOffer> _offers = [];
    private Instant _sweepAt = Instant.Never;

    /// <param name="counters">Shared by all connections of an endpoint, so that sums outlive them.</param>
    public StreamTable(
        Connection connection, StreamSettings settings, PinnedSlabPool pool, StreamCounters counters, bool isInitiator)
    {
        Counters = counters;
        _connection = connection;
        _settings = settings;
        _pool = pool;
        _isInitiator = isInitiator;
        _peerIds = new PeerStreamIds(settings.StreamsMax);
        _limitGranted = _peerIds.Limit;
        _limit = (ulong)settings.StreamsMax;
    }

    public StreamCounters Counters { get; }

    public StreamSettings Settings => _settings;

    /// <summary>Streams of this side that share the path; any thread may ask, for a figure that may be a little old.</summary>
    public int OpenSends => _sending.Count;

    /// <summary>Streams of this side that have not ended, those that wait for the peer's limit included.</summary>
    public int SendingCount => _sending.Count + _waiting.Count(stream => !stream.HasEnded);

    public int ReceivingCount => _receiving.Count;

    /// <summary>Streams that carry proofs may be opened, both ways.</summary>
    public bool ReadsProofs => Has(Handshakes.Capabilities.VerifiedGroups);

    /// <summary>When the last useful byte came on a stream that is open still.</summary>
    public Instant LastReceivedAt
    {
        get
        {
            Instant last = Instant.Zero;
            foreach (ReceiveStream stream in _receiving.Values)
            {
                last = Instant.Max(last, stream.LastProgressAt);
            }

            return last;
        }
    }

    /// <summary>When <see cref="HandleTimeout"/> is due; never while no stream is open.</summary>
    public Instant NextDeadline => _sweepAt;

    /// <summary>Opens a stream over a ring that the caller fills; frames leave as limits and credit allow.</summary>
    /// <param name="description">What the opening frame says.</param>
    /// <param name="ring">Begins at the description's start offset.</param>
    /// <param name="cursor">A cursor over the ring, for this stream alone.</param>
    /// <param name="hopsFromSink">How many hops lie between here and the sink: it sets how long a stall is borne.</param>
    public SendStream Open(
        Instant now,
        StreamDescription description,
        FragmentRing ring,
        RingCursor cursor,
        ISendListener listener,
        int hopsFromSink = 1)
    {
        var stream = new SendStream(_connection, Understood(description), ring, cursor, listener)
        {
            LastProgressAt = now,
            ProgressTimeout = _settings.ProgressTimeoutAt(hopsFromSink),
        };
        Start(stream, now);
        return stream;
    }

    /// <summary>More is to be sent, or the end is known: the stream takes its turn.</summary>
    public void MarkReady(SendStream stream)
    {
        if (!stream.IsQueued && stream.HasSendable)
        {
            stream.TakeTurns();
            _ready.Enqueue(stream);
            _connection.Wake();
        }
    }

    /// <summary>Gives an outgoing stream up; its packets stay in flight, its bytes are never sent again (scenario A2).</summary>
    public void Reset(SendStream stream, StreamErrorCode code)
    {
        if (stream.HasEnded)
        {
            return;
        }

        if (stream.HasId)
        {
            QueueControl(new StreamControl(FrameType.StreamReset, stream.Id, code, stream.HighestSent));
        }

        EndSending(stream, code);
    }

    /// <summary>Wants no more of an incoming stream.</summary>
    public void Stop(ReceiveStream stream, StreamErrorCode code)
    {
        if (stream.HasEnded)
        {
            return;
        }

        QueueControl(new StreamControl(FrameType.StopSending, stream.Id, code, 0));
        EndReceiving(stream, code);
    }

    /// <summary>One of those who share an incoming stream wants no more of it.</summary>
    public void Leave(ReceiveStream stream, StreamErrorCode code)
    {
        if (--stream.Takers <= 0)
        {
            Stop(stream, code);
        }
    }

    /// <summary>Readers have passed bytes: free slots become credit.</summary>
    /// <param name="isStarved">A reader has looked at everything and waits for more.</param>
    public void OnConsumed(ReceiveStream stream, Instant now, bool isStarved = false)
    {
        if (stream.OnConsumed(now, isStarved))
        {
            QueueCredit(stream);
        }
    }

    /// <summary>Fails streams that made no useful progress; sequences of duplicates do not count as any (scenario M1).</summary>
    public void HandleTimeout(Instant now)
    {
        if (now < _sweepAt)
        {
            return;
        }

        foreach (SendStream stream in _sending.Values)
        {
            if (!stream.IsIdle && now - stream.LastProgressAt >= stream.ProgressTimeout)
            {
                _expired.Add(stream);
            }
            else if (stream.IsBlockedByCredit)
            {
                _blocked.Enqueue(stream);
            }
            else if (stream.IsIdle)
            {
                stream.TellIdle();
            }
        }

        // One that the peer's limit keeps waiting has not even begun; it stalls like any other.
        foreach (SendStream stream in _waiting)
        {
            if (!stream.HasEnded && now - stream.LastProgressAt >= stream.ProgressTimeout)
            {
                _expired.Add(stream);
            }
        }

        foreach (ReceiveStream stream in _receiving.Values)
        {
            stream.Ring.ReclaimIdle();
            bool isOverdue = now - stream.LastProgressAt >= stream.ProgressTimeout;
            if (isOverdue && (stream.Description is null || !stream.IsWaitingForReader))
            {
                _expired.Add(stream);
            }
        }

        foreach (StreamOffer offer in _offers.Values)
        {
            if (now - offer.OfferedAt >= _settings.ProgressTimeout)
            {
                _expired.Add(offer);
            }
        }

        foreach (object stream in _expired)
        {
            Expire(stream);
        }

        _expired.Clear();
        _sweepAt = Instant.Never;
        ArmSweep(now);
    }

    /// <summary>The connection is gone: every stream ends, and what had come stays readable.</summary>
    public void EndAll(StreamErrorCode code)
    {
        foreach (SendStream stream in _sending.Values.Concat(_waiting).ToArray())
        {
            EndSending(stream, code);
        }

        foreach (ReceiveStream stream in _receiving.Values.ToArray())
        {
            EndReceiving(stream, code);
        }

        _offers.Clear();
        EndReports();
        _sweepAt = Instant.Never;
    }

    private void Start(SendStream stream, Instant now)
    {
        Counters.SendsStarted++;
        Counters.SendsWhole += stream.Description.Kind == StreamKind.Whole ? 1 : 0;
        StreamErrorCode refusal = RefusalOf(stream.Description);
        if (refusal != StreamErrorCode.None)
        {
            EndSending(stream, refusal);
            return;
        }

        if (stream.Description.CarriesProofs && !ReadsProofs)
        {
            // What the peer would take for payload must not reach it.
            EndSending(stream, StreamErrorCode.Unsupported);
            return;
        }

        _waiting.Enqueue(stream);
        AdmitWaiting();
        ArmSweep(now);
    }

    /// <summary>What the peer would refuse, by all that the handshake has told, is not sent at all.</summary>
    private StreamErrorCode RefusalOf(StreamDescription description)
    {
        if (_connection.State != ConnectionState.Established)
        {
            return StreamErrorCode.ConnectionLost;
        }

        Session session = _connection.Session;
        return description.TotalLength > session.Negotiated.PayloadBytesMax ? StreamErrorCode.TooLarge
            : session.IsWithOldNode && description.Kind != StreamKind.Whole ? StreamErrorCode.Unsupported
            : StreamErrorCode.None;
    }

    private void Expire(object stream)
    {
        if (stream is SendStream sending)
        {
            Reset(sending, StreamErrorCode.Stalled);
        }
        else if (stream is ReceiveStream receiving)
        {
            Stop(receiving, receiving.Description is null ? StreamErrorCode.Unannounced : StreamErrorCode.Stalled);
        }
        else
        {
            Decline((StreamOffer)stream, StreamErrorCode.Stalled);
        }
    }

    private void ArmSweep(Instant now)
    {
        if (_sweepAt == Instant.Never && (_sending.Count > 0 || _receiving.Count > 0 || _waiting.Count > 0 || _offers.Count > 0))
        {
            _sweepAt = now + SweepInterval;
            _connection.Wake();
        }
    }

    private void EndSending(SendStream stream, StreamErrorCode code)
    {
        if (stream.HasEnded)
        {
            return;
        }

        stream.End(code);
        CountSendEnd(stream, code);
    }

    private void CountSendEnd(SendStream stream, StreamErrorCode code)
    {
        if (stream.HasId)
        {
            _sending.Remove(stream.Id);
        }

        switch (code)
        {
            case StreamErrorCode.None:
                Counters.SendsCompleted++;
                AwaitReports(stream);
                break;
            case StreamErrorCode.Cancelled:
                Counters.SendsCancelled++;
                break;
            default:
                Counters.SendsFailed++;
                break;
        }
    }

    private void EndReceiving(ReceiveStream stream, StreamErrorCode code)
    {
        stream.End(code);
        if (code != StreamErrorCode.None && stream.Description is null)
        {
            // Nobody was told of it, so nobody else gives its claim back.
            stream.Ring.RemoveCursor(stream.Claim);
        }

        if (!_receiving.Remove(stream.Id))
        {
            return;
        }

        switch (code)
        {
            case StreamErrorCode.None:
                Counters.ReceivesCompleted++;
                break;
            case StreamErrorCode.Cancelled:
                Counters.ReceivesCancelled++;
                break;
            default:
                Counters.ReceivesFailed++;
                break;
        }

        FinishPeerId(stream.Id);
    }
}
