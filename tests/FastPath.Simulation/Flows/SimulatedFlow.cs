using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Flows;

/// <summary>A sender and a receiver of their own, connected over a path that others may share.</summary>
internal sealed class SimulatedFlow
{
    private const long RingBytesMax = 64L * 1_024 * 1_024;

    private readonly SimulatedNetwork _world;
    private readonly List<SimulatedReader> _readers = [];
    private readonly List<SimulatedReader> _backReaders = [];
    private readonly List<Instant> _pingsSentAt = [];
    private readonly List<Duration> _pingTimes = [];
    private readonly List<(Instant At, int Length)> _messages = [];

    public SimulatedFlow(SimulatedNetwork world, EndpointSettings settings, int number)
    {
        _world = world;
        SenderAddress = PeerAddress.FromIPv4(0x0A000100 + (uint)number, 1);
        ReceiverAddress = PeerAddress.FromIPv4(0x0A000200 + (uint)number, 2);
        Sender = Create(settings, SenderAddress, (ulong)number * 2);
        Receiver = Create(settings, ReceiverAddress, ((ulong)number * 2) + 1);
        Sender.Dial(world.Now, Receiver.PublicKey, ReceiverAddress);
    }

    public PeerAddress SenderAddress { get; }

    public PeerAddress ReceiverAddress { get; }

    public Endpoint Sender { get; }

    public Endpoint Receiver { get; }

    public bool IsConnected =>
        Sender.Find(Receiver.PublicKey) is { IsConfirmed: true } && Receiver.Find(Sender.PublicKey) is { IsConfirmed: true };

    public Connection Connection => Sender.Find(Receiver.PublicKey)
        ?? throw new InvalidOperationException("the flow is not connected");

    public IReadOnlyList<SimulatedReader> Readers => _readers;

    /// <summary>Payload bytes that the receiver has read, of every stream.</summary>
    public long BytesRead => _readers.Sum(reader => reader.Stream.Ring.Frontier);

    /// <summary>What readers of streams that come from now on take in all, each; more waits in their rings.</summary>
    public long ReaderWants { get; set; } = long.MaxValue;

    /// <summary>Readers at the sender, of what <see cref="SendBack"/> sends.</summary>
    public IReadOnlyList<SimulatedReader> BackReaders => _backReaders;

    /// <summary>Messages that have come to the receiver, and when; taking one out of here does not grant its bytes again.</summary>
    public IReadOnlyList<(Instant At, int Length)> Messages => _messages;

    /// <summary>Round trips of the pings that were answered.</summary>
    public IReadOnlyList<Duration> PingTimes => _pingTimes;

    public SimulatedWriter Send(byte[] payload, StreamKind kind = StreamKind.Streaming, int metadataBytes = 0) => new(
        _world.Now,
        Connection,
        Sender.Pool,
        payload,
        Describe(payload, kind, metadataBytes),
        Math.Clamp(payload.Length, 1, RingBytesMax));

    /// <summary>The other way.</summary>
    public SimulatedWriter SendBack(byte[] payload) => new(
        _world.Now,
        Receiver.Find(Sender.PublicKey)!,
        Receiver.Pool,
        payload,
        Describe(payload, StreamKind.Streaming, 0),
        Math.Clamp(payload.Length, 1, RingBytesMax));

    public void Ping()
    {
        Connection.QueuePing((ulong)_pingsSentAt.Count);
        _pingsSentAt.Add(_world.Now);
    }

    /// <summary>Claims the streams that have come, as an application would after every turn.</summary>
    public void TakeEvents()
    {
        while (Receiver.TryPollEvent(out ConnectionEvent connectionEvent))
        {
            switch (connectionEvent.Kind)
            {
                case ConnectionEventKind.StreamOpened:
                    _readers.Add(new SimulatedReader(connectionEvent.Stream!, ReaderWants));
                    break;
                case ConnectionEventKind.MessageReceived:
                    _messages.Add((_world.Now, connectionEvent.Message.Length));
                    break;
            }
        }

        while (Sender.TryPollEvent(out ConnectionEvent connectionEvent))
        {
            switch (connectionEvent.Kind)
            {
                case ConnectionEventKind.StreamOpened:
                    _backReaders.Add(new SimulatedReader(connectionEvent.Stream!));
                    break;
                case ConnectionEventKind.PingAcknowledged:
                    _pingTimes.Add(_world.Now - _pingsSentAt[(int)connectionEvent.Number]);
                    break;
            }
        }
    }

    private StreamDescription Describe(byte[] payload, StreamKind kind, int metadataBytes) => new()
    {
        Kind = kind,
        TransferId = _world.Random.NextUInt64(),
        TotalLength = payload.Length,
        Metadata = new byte[metadataBytes],
    };

    private Endpoint Create(EndpointSettings settings, PeerAddress address, ulong salt)
    {
        byte[] key = new byte[32];
        _world.Random.Fill(key);
        var endpoint = new Endpoint(settings, key, new SeededRandom(_world.Random.NextUInt64() + salt));
        _world.Place(address, endpoint);
        return endpoint;
    }
}
