using FastPath.Buffers.Datagrams;
using FastPath.Buffers.Pooling;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Connections;

/// <summary>One established session: puts its parts in order and owns no algorithm.</summary>
/// <remarks>
/// Sans IO: opened packets and instants go in; packets, events and the next deadline come out. Owned by the loop thread.
/// <code>
/// Established -> [Close or violation] -> Closing -> [three PTO] -> Closed
///             -> [idle, reset, replaced] ----------------------> Closed
/// </code>
/// </remarks>
internal sealed partial class Connection : IFrameFateSink, IDeadlined, IDisposable
{
    private readonly ConnectionSettings _settings;
    private readonly Queue<ConnectionEvent> _events;
    private readonly ActiveConnections _active;
    private readonly LossRecovery _recovery;
    private readonly PathMtu _path;
    private readonly AckTracker _acks;
    private readonly MessageSender _messages = new();
    private readonly ReplayWindow _messagesSeen = new();
    private Instant _turn;
    private Instant _lastHeardAt;
    private Instant _closedAt = Instant.Never;
    private Instant _lastSentAt;

    /// <param name="pool">Where the blocks of all streams of the endpoint come from.</param>
    /// <param name="events">Shared by all connections of an endpoint, so that events keep their order.</param>
    /// <param name="active">Where it enters itself when it may have something to send.</param>
    public Connection(
        Session session,
        ConnectionSettings settings,
        PinnedSlabPool pool,
        StreamCounters streamCounters,
        Queue<ConnectionEvent> events,
        ActiveConnections active,
        Instant now)
    {
        Session = session;
        _settings = settings;
        _events = events;
        _active = active;
        _path = new PathMtu(session.IsWithOldNode ? PathMtuSettings.Default : settings.Mtu);
        _recovery = new LossRecovery(
            CongestionControllers.Create(settings.Recovery, PathMtuSettings.BaseBytes, session.LocalIndex),
            settings.Recovery,
            _path,
            usesEcn: settings.Recovery.UsesEcn && (session.Capabilities & Capabilities.EcnCounts) != 0);
        _acks = new AckTracker(settings.MaxAckDelay);
        int streamsMax = session.Negotiated.StreamsMax;
        StreamSettings streams = streamsMax == settings.Streams.StreamsMax
            ? settings.Streams
            : settings.Streams with { StreamsMax = streamsMax };
        Streams = new StreamTable(this, streams, pool, streamCounters, session.IsInitiator);
        _messages.Credit = settings.MessageCreditBytes;
        _messageCreditGranted = settings.MessageCreditBytes;
        _lastHeardAt = now;
        _lastSentAt = now;
        events.Enqueue(new ConnectionEvent(ConnectionEventKind.Established, this));
        Wake();
    }

    public Session Session { get; }

    public PeerAddress PeerAddress => Session.PeerAddress;

    public StreamTable Streams { get; }

    public ConnectionCounters Counters { get; } = new();

    public RttEstimator Rtt => _recovery.Rtt;

    public LossRecovery Recovery => _recovery;

    public ConnectionState State { get; private set; } = ConnectionState.Established;

    /// <summary>Why it ended; meaningful once it is no longer established.</summary>
    public CloseCode CloseCode { get; private set; }

    public string CloseReason { get; private set; } = "";

    /// <summary>At one of its ends streams are passed on as they come: the next hop waits for what travels here.</summary>
    public bool IsRelaying { get; private set; }

    /// <summary>A packet of the peer has opened: the peer holds this session too.</summary>
    public bool IsConfirmed => Counters.PacketsReceived > 0;

    /// <summary>Is among the active ones, which alone may set it.</summary>
    public bool IsActive { get; set; }

    /// <summary>Place among the endpoint's connections, which alone may set it; -1 for none.</summary>
    public int Place { get; set; } = -1;

    public int TimerIndex { get; set; } = -1;

    /// <summary>What datagrams this path takes.</summary>
    public PathMtu Path => _path;

    /// <summary>Longest MESSAGE payload that fits a packet, also after the path has become narrower.</summary>
    public int MessageBytesMax => PathMtuSettings.BaseBytes - Session.Sealer.Overhead - MessageOverheadMax;

    public Instant NextDeadline => State switch
    {
        ConnectionState.Established => Instant.Min(
            Instant.Min(Instant.Min(_recovery.NextDeadline, _acks.Deadline), Streams.NextDeadline),
            Instant.Min(IdleDeadline, KeepAliveDeadline)),
        ConnectionState.Closing => _closedAt,
        _ => Instant.Never,
    };

    private Instant IdleDeadline => _lastHeardAt + _settings.IdleTimeout;

    // Both ends would ping at once if only silence of the peer counted; a side that has just sent waits its own turn.
    // A ping that is owed waits for the window or its pace: this deadline would stay in the past and the loop would spin.
    private Instant KeepAliveDeadline =>
        _owesPing ? Instant.Never : Instant.Max(_lastHeardAt, _lastSentAt) + _settings.KeepAliveInterval;

    /// <summary>Asks for a round trip; <see cref="ConnectionEventKind.PingAcknowledged"/> answers with the number.</summary>
    public void QueuePing(ulong number)
    {
        _pings.Enqueue(number);
        Wake();
    }

    /// <summary>The initiator speaks first: its packet proves to the responder that the session is live.</summary>
    public void QueueFirstPing()
    {
        _owesPing = true;
        Wake();
    }

    /// <returns>False when too many wait already; try again after the next acknowledgement.</returns>
    public bool TryQueueMessage(ReadOnlySpan<byte> message, out ulong sequence)
    {
        PooledBytes copy = PooledBytes.CopyOf(message);
        bool isTaken = TryQueueMessage(copy, out sequence);
        if (!isTaken)
        {
            copy.Return();
        }

        return isTaken;
    }

    /// <summary>The same without a copy: the message is the connection's if it takes it, and else stays the caller's.</summary>
    public bool TryQueueMessage(PooledBytes message, out ulong sequence)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MessageBytesMax);
        sequence = 0;
        Wake();
        return State == ConnectionState.Established && _messages.TryQueue(message, out sequence);
    }

    /// <summary>From now on; 0 for no limit.</summary>
    /// <param name="bytesPerSecond">Null leaves the connection's own limit; that of the endpoint has changed.</param>
    public void SetRateLimit(Instant now, long? bytesPerSecond)
    {
        _recovery.SetRateLimit(now, bytesPerSecond);
        Wake();
    }

    /// <summary>The message that came last will soon be answered: its ACK may travel with the answer.</summary>
    public void HoldAcknowledgement() => _acks.Hold();

    /// <summary>Streams of the peer are passed on here, as they come: long packets would only make them late.</summary>
    public void LimitIncomingForRelay()
    {
        IsRelaying = true;
        if (_settings.Mtu.RelayMaxBytes < _settings.Mtu.MaxBytes && _longestWanted == 0 && !Session.IsWithOldNode)
        {
            _longestWanted = _settings.Mtu.RelayMaxBytes;
            _owesLongestWanted = true;
            Wake();
        }
    }

    /// <summary>Streams of another peer are passed on to this one.</summary>
    public void LimitOutgoingForRelay()
    {
        IsRelaying = true;
        _path.Limit(_settings.Mtu.RelayMaxBytes);
    }

    /// <summary>The application took a message: its bytes may be granted again.</summary>
    public void OnMessageConsumed(int length)
    {
        _messageBytesConsumed += length;
        long limit = _messageBytesConsumed + _settings.MessageCreditBytes;
        if (limit - _messageCreditGranted >= _settings.MessageCreditBytes / 4)
        {
            _messageCreditGranted = limit;
            _owesMessageCredit = true;
            Wake();
        }
    }

    /// <summary>A packet did not leave, because this system lets none so long out to the peer.</summary>
    /// <returns>False when shorter ones are no answer: then it is a loss like any other.</returns>
    public bool TryHandleRefused(Instant now, ulong number, int length)
    {
        if (length <= PathMtuSettings.BaseBytes || State != ConnectionState.Established)
        {
            return false;
        }

        _turn = now;
        _path.OnRefused(length, now);
        _recovery.OnRefused(number, this);
        Wake();
        return true;
    }

    /// <summary>It may have something to send, or another deadline: it gets a turn.</summary>
    public void Wake() => _active.Add(this);

    public void HandleTimeout(Instant now)
    {
        Wake();
        if (State == ConnectionState.Closing && now >= _closedAt)
        {
            State = ConnectionState.Closed;
            return;
        }

        if (State != ConnectionState.Established)
        {
            return;
        }

        if (now >= IdleDeadline)
        {
            Abandon(CloseCode.IdleTimeout, "nothing heard within the idle timeout");
            return;
        }

        TakeHeldAck(now);
        _turn = now;
        _recovery.HandleTimeout(now, this);
        Streams.HandleTimeout(now);
        if (now >= KeepAliveDeadline)
        {
            _recovery.Trim();
            _owesPing = true;
        }
    }

    /// <summary>Ends the connection and tells the peer, again for every packet that still comes from it.</summary>
    public void Close(Instant now, CloseCode code, string reason)
    {
        if (State != ConnectionState.Established)
        {
            return;
        }

        State = ConnectionState.Closing;
        _closedAt = now + (_recovery.ProbeTimeout * 3);
        _owesClose = true;
        Wake();
        End(code, reason);
    }

    /// <summary>Ends the connection without a word: the peer is gone or has said its own.</summary>
    public void Abandon(CloseCode code, string reason)
    {
        bool wasEstablished = State == ConnectionState.Established;
        State = ConnectionState.Closed;
        if (wasEstablished)
        {
            End(code, reason);
        }
    }

    /// <summary>A stream of the peer was announced: its owner hears of it, exactly once (scenarios O1 and O2).</summary>
    public void Announce(ReceiveStream stream) =>
        _events.Enqueue(new ConnectionEvent(ConnectionEventKind.StreamOpened, this, stream.Id, Stream: stream));

    /// <summary>The peer offers a stream: its owner answers it.</summary>
    public void Announce(StreamOffer offer) =>
        _events.Enqueue(new ConnectionEvent(ConnectionEventKind.StreamOffered, this, offer.Id, Offer: offer));

    public void Dispose() => Session.Dispose();

    private void End(CloseCode code, string reason)
    {
        CloseCode = code;
        CloseReason = reason;
        Streams.EndAll(StreamErrorCode.ConnectionLost);
        _events.Enqueue(new ConnectionEvent(ConnectionEventKind.Closed, this));
    }
}
