using System.Net;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets;

namespace FastPath.Engine.Tests.Loopback;

/// <summary>
/// A router on loopback between two nodes: passes on each datagram with its codepoint, and while it is told to, those of the
/// first node that are ECN-capable with a mark of congestion.
/// </summary>
internal sealed class MarkingForwarder : IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(50);

    private readonly IDatagramSocket _socket = DatagramSocketFactory.Create(DatagramSocketKind.Linux, new IPEndPoint(IPAddress.Loopback, 0));
    private readonly PeerAddress _first;
    private readonly PeerAddress _second;
    private readonly Thread _thread;
    private long _capable;
    private long _marked;
    private volatile bool _isMarking;
    private volatile bool _isStopping;

    public MarkingForwarder(PeerAddress first, PeerAddress second)
    {
        _first = first;
        _second = second;
        _thread = new Thread(Run) { IsBackground = true, Name = "marking forwarder" };
        _thread.Start();
    }

    public PeerAddress Address => _socket.LocalAddress;

    /// <summary>Datagrams of the first node that came with ECT(0).</summary>
    public long Capable => Interlocked.Read(ref _capable);

    /// <summary>Datagrams that left with CE.</summary>
    public long Marked => Interlocked.Read(ref _marked);

    public bool IsMarking
    {
        get => _isMarking;
        set => _isMarking = value;
    }

    public void Dispose()
    {
        _isStopping = true;
        _socket.Wake();
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            while (_socket.TryReceive(out Span<byte> datagram, out PeerAddress from))
            {
                Forward(datagram, from, _socket.ReceivedEcn);
            }

            _socket.Wait(WaitMax);
        }
    }

    private void Forward(Span<byte> datagram, PeerAddress from, EcnCodepoint ecn)
    {
        bool isOfFirst = from == _first;
        if (isOfFirst && ecn == EcnCodepoint.CapableZero)
        {
            Interlocked.Increment(ref _capable);
            if (_isMarking)
            {
                ecn = EcnCodepoint.CongestionExperienced;
                Interlocked.Increment(ref _marked);
            }
        }

        datagram.CopyTo(_socket.RentSend(datagram.Length));
        _socket.CommitSend(datagram.Length, isOfFirst ? _second : _first, ecn);
    }
}
