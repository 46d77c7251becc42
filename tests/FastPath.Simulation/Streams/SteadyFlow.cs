using FastPath.Buffers.Datagrams;
using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Streams;

/// <summary>One endless stream from a sender through a relay to a receiver, driven without an allocation of its own.</summary>
internal sealed class SteadyFlow : ISendListener, IReceiveListener, IRelayOwner, IDisposable
{
    // Long enough that what happens twice a second happens during the warm-up as well.
    private static readonly Duration Step = Duration.FromMicroseconds(250);

    private readonly Endpoint[] _nodes = new Endpoint[3];
    private readonly byte[] _datagram = new byte[ushort.MaxValue];
    private readonly int _dropEvery;
    private readonly FragmentRing _ring;
    private readonly SendStream _sending;
    private long _datagrams;

    /// <param name="dropEvery">One of so many datagrams is lost; 0 for none.</param>
    public SteadyFlow(EndpointSettings settings, int dropEvery)
    {
        for (int i = 0; i < _nodes.Length; i++)
        {
            byte[] key = new byte[32];
            new SeededRandom((ulong)i + 1).Fill(key);
            _nodes[i] = new Endpoint(settings, key, new SeededRandom((ulong)i + 100));
        }

        _nodes[0].Dial(Now, _nodes[1].PublicKey, AddressOf(1));
        _nodes[1].Dial(Now, _nodes[2].PublicKey, AddressOf(2));
        Turn(10);
        _dropEvery = dropEvery;
        _ring = FragmentRing.TryCreate(_nodes[0].Pool, BufferHolder.SendRing, 0, 256 * 1_024)!;
        _sending = Sender.Streams.Open(Now, new StreamDescription { TransferId = 7, TotalLength = -1 }, _ring, _ring.TryAddCursor()!, this);
        Fill();
    }

    public Instant Now { get; private set; } = Instant.Zero;

    public Connection Sender => _nodes[0].Find(_nodes[1].PublicKey)!;

    public Connection Relay => _nodes[1].Find(_nodes[2].PublicKey)!;

    /// <summary>Bytes that the last node has read.</summary>
    public long BytesRead { get; private set; }

    public void Turn(int turns)
    {
        for (int i = 0; i < turns; i++)
        {
            for (int from = 0; from < _nodes.Length; from++)
            {
                Pass(from);
            }

            Now += Step;
            foreach (Endpoint node in _nodes)
            {
                if (node.NextTimeout <= Now)
                {
                    node.HandleTimeout(Now);
                }
            }
        }
    }

    public void OnAcknowledged(SendStream stream)
    {
        _ring.Reclaim();
        Fill();
    }

    public void OnSendEnded(SendStream stream, StreamErrorCode code) => throw new InvalidOperationException($"the stream ended: {code}");

    public void OnStored(ReceiveStream stream, long start, long end)
    {
        long frontier = stream.Ring.Frontier;
        BytesRead += frontier - stream.Claim.Position;
        stream.Claim.Advance(frontier);
        stream.Connection.Streams.OnConsumed(stream, Now);
    }

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code) => throw new InvalidOperationException($"the stream ended: {code}");

    public void OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code) => throw new InvalidOperationException($"the source failed: {code}");

    public void OnRelayEnded(CutThroughRelay relay, StreamErrorCode code) => throw new InvalidOperationException($"the relay ended: {code}");

    public void Dispose()
    {
        foreach (Endpoint node in _nodes)
        {
            node.Dispose();
        }
    }

    private static PeerAddress AddressOf(int node) => PeerAddress.FromIPv4(0x0A000001 + (uint)node, 7_000);

    private void Pass(int from)
    {
        while (_nodes[from].TryPollTransmit(Now, _datagram, out int length, out PeerAddress to))
        {
            _datagrams++;
            if (_dropEvery != 0 && _datagrams % _dropEvery == 0)
            {
                continue;
            }

            int target = to == AddressOf(0) ? 0 : to == AddressOf(1) ? 1 : 2;
            _nodes[target].HandleDatagram(Now, AddressOf(from), _datagram.AsSpan(0, length));
        }

        while (_nodes[from].TryPollEvent(out ConnectionEvent connectionEvent))
        {
            if (connectionEvent is { Kind: ConnectionEventKind.StreamOpened, Stream: { } stream })
            {
                Take(from, stream);
            }
        }
    }

    private void Take(int node, ReceiveStream stream)
    {
        if (node == 2)
        {
            stream.Attach(this);
            return;
        }

        new CutThroughRelay(stream, [Relay], stream.Description!, hopsFromSink: 1, this).Start();
    }

    private void Fill()
    {
        while (_ring.GetSpace() is { IsEmpty: false } space)
        {
            long start = _ring.Frontier;
            _ring.CommitInPlace(space.Length);
            _sending.Offer(start, start + space.Length, Now);
        }

        Sender.Streams.MarkReady(_sending);
    }
}
