using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Portable;

/// <summary>The one posted receive of a portable socket.</summary>
/// <remarks>
/// One is enough and better than many: while datagrams wait, a receive completes at once on the caller's thread, and
/// the framework keeps exactly one pending operation for reuse, so a second one posted would allocate. The state
/// belongs to the loop thread, except that a completion turns Pending into Completed on a pool thread.
/// </remarks>
internal sealed class SaeaReceiver : IDisposable
{
    private const int ErrorsPerCallMax = 64;
    private const int Idle = 0;
    private const int Pending = 1;
    private const int Completed = 2;

    private readonly Socket _socket;
    private readonly DatagramSocketCounters _counters;
    private readonly Action _onArrival;
    private readonly int _datagramBytesMax;
    private readonly PeerEndPoint _from;
    private readonly SocketAsyncEventArgs _args;
    private readonly byte[] _buffer;
    private int _state;

    /// <param name="onArrival">Called on a pool thread when a pending receive has completed.</param>
    public SaeaReceiver(
        Socket socket, DatagramSocketSettings settings, DatagramSocketCounters counters, Action onArrival)
    {
        _socket = socket;
        _counters = counters;
        _onArrival = onArrival;
        _datagramBytesMax = settings.DatagramBytesMax;
        _from = new PeerEndPoint(socket.AddressFamily);
        _args = new SocketAsyncEventArgs(true) { RemoteEndPoint = _from };

        // One byte more than is admitted: a datagram that reaches into it is too long, and cannot pass for a whole one.
        _buffer = GC.AllocateUninitializedArray<byte>(_datagramBytesMax + 1, pinned: true);
        _args.SetBuffer(_buffer, 0, _buffer.Length);
        _args.Completed += OnCompleted;
    }

    /// <summary>True when nothing has arrived and a receive is posted that will report the next arrival.</summary>
    /// <remarks>Gives up the bytes of the datagram taken last.</remarks>
    public bool IsWaiting
    {
        get
        {
            if (Volatile.Read(ref _state) == Idle)
            {
                Post();
            }

            return Volatile.Read(ref _state) == Pending;
        }
    }

    public bool TryTake(out Span<byte> datagram, out PeerAddress from)
    {
        for (int errors = 0; errors < ErrorsPerCallMax && !IsWaiting; errors++)
        {
            Volatile.Write(ref _state, Idle);
            if (_args.SocketError == SocketError.Success && _args.BytesTransferred <= _datagramBytesMax)
            {
                _counters.DatagramsReceived++;
                datagram = _buffer.AsSpan(0, _args.BytesTransferred);
                from = _from.Peer;
                return true;
            }

            Count(_args.SocketError);
        }

        datagram = default;
        from = default;
        return false;
    }

    public void Dispose() => _args.Dispose();

    private void Count(SocketError error)
    {
        if (error is SocketError.Success or SocketError.MessageSize)
        {
            _counters.ReceiveTooLong++;
        }
        else
        {
            // Unreachable and reset are about a datagram sent earlier, not about this socket (scenario A4).
            _counters.ReceiveErrors++;
        }
    }

    private void Post()
    {
        Volatile.Write(ref _state, Pending);
        _counters.ReceiveCalls++;
        try
        {
            if (!_socket.ReceiveFromAsync(_args))
            {
                Volatile.Write(ref _state, Completed);
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed: it stays pending for ever, and nothing more arrives.
        }
    }

    private void OnCompleted(object? sender, SocketAsyncEventArgs args)
    {
        Volatile.Write(ref _state, Completed);
        _onArrival();
    }
}
