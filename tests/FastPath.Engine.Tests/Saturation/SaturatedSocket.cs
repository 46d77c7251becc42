using FastPath.Buffers.Datagrams;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Sockets;

namespace FastPath.Engine.Tests.Saturation;

/// <summary>
/// A socket in which something waits at all times: every other datagram is of a stranger, the others are the answers of
/// peers that live in here. Of what is sent every so many are lost. Used by the loop thread alone.
/// </summary>
internal sealed class SaturatedSocket : IDatagramSocket
{
    private const int LostEvery = 20;
    private static readonly PeerAddress Stranger = PeerAddress.FromIPv4(0x0A0000FF, 9);

    private readonly byte[] _space = new byte[ushort.MaxValue];
    private readonly byte[] _answer = new byte[ushort.MaxValue];
    private readonly byte[] _junk = new byte[40];
    private readonly Dictionary<PeerAddress, Endpoint> _peers = [];
    private readonly Queue<(PeerAddress From, byte[] Datagram)> _waiting = new();
    private long _received;
    private long _sent;
    private int _receivedInARow;
    private int _sentInARow;

    public PeerAddress LocalAddress => PeerAddress.FromIPv4(0x0A000001, 1);

    public DatagramSocketCounters Counters { get; } = new();

    public DatagramSocketReport Report { get; } =
        new() { Engine = DatagramSocketKind.Auto, Reason = "saturated", ReceiveBatchBytes = 0, Buffers = new KernelBuffers(0, 0, 0, 0) };

    public EcnCodepoint ReceivedEcn => EcnCodepoint.NotCapable;

    public long? KernelDrops => null;

    /// <summary>Most datagrams taken between two looks at what is to be sent.</summary>
    public int MostReceivedInARow { get; private set; }

    /// <summary>Most datagrams sent between two looks at what has come.</summary>
    public int MostSentInARow { get; private set; }

    /// <summary>Turns that found nothing to do at all.</summary>
    public int Waits { get; private set; }

    public void Add(PeerAddress address, Endpoint peer) => _peers.Add(address, peer);

    public bool TryReceive(out Span<byte> datagram, out PeerAddress from)
    {
        _sentInARow = 0;
        MostReceivedInARow = Math.Max(MostReceivedInARow, ++_receivedInARow);
        if (++_received % 2 == 0 && _waiting.TryDequeue(out (PeerAddress From, byte[] Datagram) answer))
        {
            datagram = answer.Datagram;
            from = answer.From;
            return true;
        }

        _junk[0] = 4;
        datagram = _junk;
        from = Stranger;
        return true;
    }

    public Span<byte> RentSend(int lengthMax)
    {
        _receivedInARow = 0;
        return _space.AsSpan(0, lengthMax);
    }

    public void CommitSend(int length, PeerAddress to, EcnCodepoint ecn)
    {
        MostSentInARow = Math.Max(MostSentInARow, ++_sentInARow);
        if (++_sent % LostEvery != 0 && _peers.TryGetValue(to, out Endpoint? peer))
        {
            peer.HandleDatagram(MonotonicClock.Now, LocalAddress, _space.AsSpan(0, length));
            Serve(to, peer);
        }
    }

    public void Flush()
    {
        foreach ((PeerAddress address, Endpoint peer) in _peers)
        {
            if (peer.NextTimeout <= MonotonicClock.Now)
            {
                peer.HandleTimeout(MonotonicClock.Now);
                Serve(address, peer);
            }
        }
    }

    public bool TryTakeRefused(out RefusedDatagram refused)
    {
        refused = default;
        return false;
    }

    public void Wait(TimeSpan timeout) => Waits++;

    public bool HasArrived => true;

    public bool HoldsReceived => false;

    public void Join(SharedWait wait)
    {
    }

    public TimeSpan Rest(TimeSpan timeout)
    {
        Waits++;
        return timeout;
    }

    public void Wake()
    {
    }

    public void Dispose()
    {
    }

    private void Serve(PeerAddress address, Endpoint peer)
    {
        while (peer.TryPollEvent(out ConnectionEvent connectionEvent))
        {
            connectionEvent.Stream?.Attach(new Swallower());
        }

        while (peer.TryPollTransmit(MonotonicClock.Now, _answer, out int length, out _))
        {
            _waiting.Enqueue((address, _answer[..length]));
        }
    }

    /// <summary>Reads what comes and keeps nothing.</summary>
    private sealed class Swallower : IReceiveListener
    {
        public void OnStored(ReceiveStream stream, long start, long end)
        {
            stream.Claim.Advance(stream.Ring.Frontier);
            stream.Connection.Streams.OnConsumed(stream, MonotonicClock.Now);
        }

        public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
        {
        }
    }
}
