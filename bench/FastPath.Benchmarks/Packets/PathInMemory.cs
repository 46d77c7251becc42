using FastPath.Buffers.Datagrams;
using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Benchmarks.Packets;

/// <summary>One endless stream between two endpoints whose datagrams are handed over in batches, as a loop does it.</summary>
internal sealed class PathInMemory : ISendListener, IReceiveListener, IDisposable
{
    private const int BatchBytes = 64 * 1_024;
    private const long RingBytes = 1_024 * 1_024;

    private static readonly PeerAddress SenderAddress = PeerAddress.FromIPv4(0x7F000001, 1);
    private static readonly PeerAddress ReceiverAddress = PeerAddress.FromIPv4(0x7F000001, 2);
    private static readonly Duration Step = Duration.FromMicroseconds(50);

    private readonly Endpoint _sender;
    private readonly Endpoint _receiver;
    private readonly byte[] _arena = GC.AllocateArray<byte>(BatchBytes + ushort.MaxValue, pinned: true);
    private readonly int[] _lengths = new int[1_024];
    private readonly FragmentRing _ring;
    private readonly SendStream _stream;
    private readonly Connection _connection;
    private Instant _now = Instant.Zero;

    public PathInMemory(PathMtuSettings mtu)
    {
        EndpointSettings settings = EndpointSettings.Default with
        {
            Connection = ConnectionSettings.Default with
            {
                Mtu = mtu,
                RekeyLimits = new RekeyLimits(1UL << 20, Duration.FromSeconds(1e6)),
            },
        };
        _sender = Create(settings, 1);
        _receiver = Create(settings, 2);
        _sender.Dial(_now, _receiver.PublicKey, ReceiverAddress);
        for (int i = 0; i < 10; i++)
        {
            Turn();
        }

        _connection = _sender.Find(_receiver.PublicKey) ?? throw new InvalidOperationException("no session");
        _ring = FragmentRing.TryCreate(_sender.Pool, BufferHolder.SendRing, 0, RingBytes)!;
        _stream = _connection.Streams.Open(
            _now, new StreamDescription { TransferId = 1, TotalLength = -1 }, _ring, _ring.TryAddCursor()!, this);
        Fill();
    }

    /// <summary>Turns until so many packets more have left the sender.</summary>
    /// <returns>Bytes read so far.</returns>
    public long Send(int packets)
    {
        for (long end = _connection.Counters.PacketsSent + packets; _connection.Counters.PacketsSent < end;)
        {
            Turn();
        }

        return _connection.Streams.Counters.PayloadBytesSent;
    }

    public void OnAcknowledged(SendStream stream)
    {
        if (_ring.IsWorthReclaiming)
        {
            _ring.Reclaim();
            Fill();
        }
    }

    public void OnSendEnded(SendStream stream, StreamErrorCode code) => throw new InvalidOperationException($"the stream ended: {code}");

    public void OnStored(ReceiveStream stream, long start, long end)
    {
        // A reader that is told of sixteen packets at a time.
        long frontier = stream.Ring.Frontier;
        if (frontier - stream.Claim.Position >= BatchBytes / 4)
        {
            stream.Claim.Advance(frontier);
            stream.Connection.Streams.OnConsumed(stream, _now);
        }
    }

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code) => throw new InvalidOperationException($"the stream ended: {code}");

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    private static Endpoint Create(EndpointSettings settings, ulong seed)
    {
        byte[] key = new byte[32];
        new SeededRandom(seed).Fill(key);
        return new Endpoint(settings, key, new SeededRandom(seed + 100));
    }

    private void Turn()
    {
        Pass(_sender, _receiver, SenderAddress);
        Pass(_receiver, _sender, ReceiverAddress);
        _now += Step;
        foreach (Endpoint endpoint in (ReadOnlySpan<Endpoint>)[_sender, _receiver])
        {
            if (endpoint.NextTimeout <= _now)
            {
                endpoint.HandleTimeout(_now);
            }

            while (endpoint.TryPollEvent(out ConnectionEvent connectionEvent))
            {
                if (connectionEvent is { Kind: ConnectionEventKind.StreamOpened, Stream: { } stream })
                {
                    stream.Attach(this);
                }
            }
        }
    }

    /// <summary>Seals a batch as into a socket's arena, then hands it over datagram by datagram.</summary>
    private void Pass(Endpoint from, Endpoint to, PeerAddress address)
    {
        int count = 0;
        int filled = 0;
        while (filled < BatchBytes && count < _lengths.Length
            && from.TryPollTransmit(_now, _arena.AsSpan(filled, ushort.MaxValue), out int length, out _))
        {
            _lengths[count++] = length;
            filled += length;
        }

        int start = 0;
        foreach (int length in _lengths.AsSpan(0, count))
        {
            to.HandleDatagram(_now, address, _arena.AsSpan(start, length));
            start += length;
        }
    }

    private void Fill()
    {
        while (_ring.GetSpace() is { IsEmpty: false } space)
        {
            long start = _ring.Frontier;
            _ring.CommitInPlace(space.Length);
            _stream.Offer(start, start + space.Length, _now);
        }

        _connection.Streams.MarkReady(_stream);
    }
}
