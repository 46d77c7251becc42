using System.Buffers.Binary;
using FastPath.Buffers.Datagrams;
using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>All peers of one shard, sans IO: datagrams and instants in; datagrams, events and a deadline out.</summary>
/// <remarks>
/// Contract of a turn: hand over what arrived, call <see cref="HandleTimeout"/> when <see cref="NextTimeout"/> is due,
/// drain <see cref="TryPollTransmit"/> and the events, and only then wait. Owned by the loop thread. Datagrams come from
/// anybody: what is not authentic moves a counter and nothing else; a whole, fresh message 1 takes one half-open entry.
/// </remarks>
internal sealed partial class Endpoint : IDisposable
{
    // What the engine hands over as one buffer, which is for one peer: shorter turns would cut it into pieces. Of a small window
    // only a part: a full queue behind that all share would else take all that one connection has in flight.
    private const int TurnBytes = 64 * 1_000;
    private const int TurnsOfWindow = 4;

    private readonly EndpointSettings _settings;
    private readonly StaticKeyPair _identity;
    private readonly StatelessResetToken _resetTokens;
    private readonly IRandomSource _random;
    private readonly Dictionary<uint, Connection> _connectionsByIndex = [];
    private readonly Dictionary<PeerKey, Connection> _connectionsByPeer = [];
    private readonly Dictionary<(PeerAddress Address, uint RemoteIndex), Connection> _connectionsByRemote = [];
    private readonly List<Connection> _connections = [];
    private readonly Queue<ConnectionEvent> _events = new();
    private readonly Queue<DialResult> _dialResults = new();
    private readonly Queue<(PeerAddress To, byte[] Datagram)> _outbox = new();
    private readonly ActiveConnections _active = new();
    private readonly DeadlineHeap<Connection> _timers = new();
    private readonly List<Connection> _waitingForBatchEnd = [];
    private int _turnBytes;
    private bool _isClosed;

    /// <param name="privateKey">32 bytes: the node's identity.</param>
    public Endpoint(EndpointSettings settings, ReadOnlySpan<byte> privateKey, IRandomSource random)
    {
        _rateLimit = new Pacer(BurstDatagramsMin * (long)settings.Connection.Mtu.MaxBytes);
        _settings = WithLimit(settings, _rateLimit);
        ApplyRateLimit(Instant.Zero, settings.RateLimitBytesPerSecond);
        _identity = StaticKeyPair.FromPrivateKey(privateKey);
        _resetTokens = new StatelessResetToken(privateKey);
        _random = random;
        Pool = new PinnedSlabPool(settings.BufferBudgetBytes);
        PublicKey = PeerKey.Read(_identity.PublicKey);
    }

    public PeerKey PublicKey { get; }

    /// <summary>The blocks of every ring of this endpoint, within one budget.</summary>
    public PinnedSlabPool Pool { get; }

    public StreamCounters StreamCounters { get; } = new();

    /// <summary>What the loop has to get to.</summary>
    public SendBacklog Backlog => _active.Backlog;

    public EndpointCounters Counters { get; } = new();

    public IReadOnlyList<Connection> Connections => _connections;

    public int HalfOpenCount => _halfOpen.Count;

    /// <summary>When <see cref="HandleTimeout"/> is due at the latest.</summary>
    public Instant NextTimeout
    {
        get
        {
            Instant next = _timers.Next;
            foreach (Connection connection in _active)
            {
                next = Instant.Min(next, connection.NextDeadline);
            }

            foreach (Dial dial in _dials.Values)
            {
                next = Instant.Min(next, Instant.Min(dial.RetryAt, dial.Deadline));
            }

            return next;
        }
    }

    public Connection? Find(PeerKey peer) => _connectionsByPeer.GetValueOrDefault(peer);

    /// <param name="ecn">Codepoint that the datagram came with; not capable where the socket does not tell.</param>
    public void HandleDatagram(Instant now, PeerAddress from, Span<byte> datagram, EcnCodepoint ecn = EcnCodepoint.NotCapable)
    {
        if (datagram.IsEmpty)
        {
            Counters.DatagramsMalformed++;
            return;
        }

        switch ((DatagramType)datagram[0])
        {
            case DatagramType.Transport:
                HandleTransport(now, from, datagram, ecn);
                break;
            case DatagramType.HandshakeInitiation or DatagramType.HandshakeResponse when _isClosed:
                break;
            case DatagramType.HandshakeInitiation:
                HandleInitiation(now, from, datagram);
                break;
            case DatagramType.HandshakeResponse:
                HandleResponse(now, from, datagram);
                break;
            case DatagramType.StatelessReset:
                HandleReset(from, datagram);
                break;
            default:
                Counters.DatagramsMalformed++;
                break;
        }
    }

    public void HandleTimeout(Instant now)
    {
        // What becomes active here has its deadline set again when it has had its turn.
        foreach (Connection connection in _active)
        {
            _timers.Set(connection);
        }

        while (_timers.TryTakeDue(now, out Connection connection))
        {
            connection.HandleTimeout(now);
            RemoveIfClosed(connection);
        }

        if (_rateLimit.BytesPerSecond != 0)
        {
            // They wait for the same bucket, which may hold one packet: the turn is of the one that has waited longest.
            _active.SortByWait();
        }

        RetryDials(now);
        ExpireHalfOpen(now);
    }

    /// <summary>How the datagram that was polled last is to leave.</summary>
    public Departure Departure { get; private set; }

    /// <inheritdoc cref="TryPollTransmit(Instant, Span{byte}, bool, out int, out PeerAddress)"/>
    public bool TryPollTransmit(Instant now, Span<byte> buffer, out int length, out PeerAddress to) =>
        TryPollTransmit(now, buffer, isBatchEnd: true, out length, out to);

    /// <summary>Takes one datagram to send; called until false.</summary>
    /// <param name="isBatchEnd">Everything that had arrived was handed over: acknowledgements leave now.</param>
    public bool TryPollTransmit(Instant now, Span<byte> buffer, bool isBatchEnd, out int length, out PeerAddress to)
    {
        Departure = default;
        if (_outbox.TryDequeue(out (PeerAddress To, byte[] Datagram) waiting))
        {
            waiting.Datagram.CopyTo(buffer);
            length = waiting.Datagram.Length;
            to = waiting.To;
            return true;
        }

        if (isBatchEnd && _waitingForBatchEnd.Count > 0)
        {
            ResumeWaiting();
        }

        while (_active.Count > 0)
        {
            Connection connection = _active.Peek();
            if (connection.TryPollTransmit(now, buffer, isBatchEnd, out length))
            {
                // A buffer's worth each in turn: a busy connection never keeps another from sending.
                _turnBytes += length;
                if (_turnBytes >= Math.Min(TurnBytes, connection.Recovery.Congestion.WindowBytes / TurnsOfWindow))
                {
                    _turnBytes = 0;
                    _active.Rotate();
                }

                to = connection.PeerAddress;
                Departure = connection.Departure;
                return true;
            }

            _turnBytes = 0;
            Rest(_active.Remove(), isBatchEnd);
        }

        length = 0;
        to = default;
        return false;
    }

    public bool TryPollEvent(out ConnectionEvent connectionEvent) => _events.TryDequeue(out connectionEvent);

    public bool TryPollDialResult(out DialResult result) => _dialResults.TryDequeue(out result);

    /// <summary>Closes every connection with a code; their last packets are still to be polled. Nobody new comes afterwards.</summary>
    public void Close(Instant now, string reason)
    {
        _isClosed = true;
        foreach (Connection connection in _connections)
        {
            connection.Close(now, CloseCode.None, reason);
        }
    }

    public void Dispose()
    {
        foreach (Connection connection in _connections)
        {
            connection.Dispose();
        }

        foreach (Dial dial in _dials.Values)
        {
            dial.Dispose();
        }

        foreach (HalfOpen halfOpen in _halfOpen.Values)
        {
            halfOpen.Session?.Dispose();
        }

        _identity.Dispose();
    }

    private void HandleTransport(Instant now, PeerAddress from, Span<byte> datagram, EcnCodepoint ecn)
    {
        if (!PacketHeader.TryRead(datagram, out PacketHeader header))
        {
            Counters.DatagramsMalformed++;
            return;
        }

        if (_connectionsByIndex.TryGetValue(header.ReceiverIndex, out Connection? connection))
        {
            bool wasConfirmed = connection.IsConfirmed;
            connection.HandlePacket(now, in header, datagram, ecn);
            if (!wasConfirmed && connection.IsConfirmed)
            {
                // The peer has settled on this session; its earlier initiation must not take over by a late packet.
                DropHalfOpenOf(connection.Session.PeerKey);
            }

            RemoveIfClosed(connection);
        }
        else if (_isClosed || !TryPromote(now, in header, datagram, ecn))
        {
            Counters.DatagramsUnknownIndex++;
            AnswerUnknownIndex(now, from, header.ReceiverIndex, datagram.Length);
        }
    }

    private void Add(Connection connection)
    {
        if (_connectionsByPeer.TryGetValue(connection.Session.PeerKey, out Connection? old))
        {
            old.Abandon(CloseCode.Replaced, "a newer session of the same peer took its place");
            RemoveIfClosed(old);
        }

        _connectionsByPeer[connection.Session.PeerKey] = connection;
        _connectionsByIndex[connection.Session.LocalIndex] = connection;
        _connectionsByRemote[(connection.PeerAddress, connection.Session.RemoteIndex)] = connection;
        connection.Place = _connections.Count;
        _connections.Add(connection);
        Counters.HandshakesCompleted++;
    }

    private void ResumeWaiting()
    {
        foreach (Connection connection in _waitingForBatchEnd)
        {
            _active.Add(connection);
        }

        _waitingForBatchEnd.Clear();
    }

    /// <summary>Has nothing to send now: only its deadline, or what wakes it, brings it back.</summary>
    private void Rest(Connection connection, bool isBatchEnd)
    {
        if (connection.State == ConnectionState.Closed)
        {
            RemoveIfClosed(connection);
            return;
        }

        _timers.Set(connection);
        if (!isBatchEnd && connection.OwesAck)
        {
            _waitingForBatchEnd.Add(connection);
        }
    }

    private void RemoveIfClosed(Connection connection)
    {
        if (connection.State != ConnectionState.Closed || connection.Place < 0)
        {
            return;
        }

        connection.Streams.LeaveBacklog();

        // The last one takes its place: the order of the list tells nothing.
        _connections[connection.Place] = _connections[^1];
        _connections[connection.Place].Place = connection.Place;
        _connections.RemoveAt(_connections.Count - 1);
        connection.Place = -1;
        _timers.Remove(connection);
        _connectionsByIndex.Remove(connection.Session.LocalIndex);
        (PeerAddress, uint) remote = (connection.PeerAddress, connection.Session.RemoteIndex);
        if (_connectionsByRemote.TryGetValue(remote, out Connection? known) && known == connection)
        {
            _connectionsByRemote.Remove(remote);
        }

        if (_connectionsByPeer.TryGetValue(connection.Session.PeerKey, out Connection? current) && current == connection)
        {
            _connectionsByPeer.Remove(connection.Session.PeerKey);
        }

        connection.Dispose();
    }

    private uint NewIndex()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        while (true)
        {
            _random.Fill(bytes);
            uint index = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (!_connectionsByIndex.ContainsKey(index) && !_halfOpen.ContainsKey(index) && !_dials.ContainsKey(index))
            {
                return index;
            }
        }
    }
}
