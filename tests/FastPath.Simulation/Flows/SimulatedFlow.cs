using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Flows;

/// <summary>A sender and a receiver of their own, connected over a path that others may share.</summary>
internal sealed class SimulatedFlow
{
    private const long RingBytesMax = 64L * 1_024 * 1_024;

    private readonly SimulatedNetwork _world;
    private readonly List<SimulatedReader> _readers = [];

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

    public SimulatedWriter Send(byte[] payload) => new(
        _world.Now,
        Connection,
        Sender.Pool,
        payload,
        new StreamDescription { TransferId = _world.Random.NextUInt64(), TotalLength = payload.Length },
        Math.Clamp(payload.Length, 1, RingBytesMax));

    /// <summary>Claims the streams that have come, as an application would after every turn.</summary>
    public void TakeEvents()
    {
        while (Receiver.TryPollEvent(out ConnectionEvent connectionEvent))
        {
            if (connectionEvent is { Kind: ConnectionEventKind.StreamOpened, Stream: { } stream })
            {
                _readers.Add(new SimulatedReader(stream));
            }
        }

        while (Sender.TryPollEvent(out _))
        {
            // Nothing of the sender's own is of interest here.
        }
    }

    private Endpoint Create(EndpointSettings settings, PeerAddress address, ulong salt)
    {
        byte[] key = new byte[32];
        _world.Random.Fill(key);
        var endpoint = new Endpoint(settings, key, new SeededRandom(_world.Random.NextUInt64() + salt));
        _world.Place(address, endpoint);
        return endpoint;
    }
}
