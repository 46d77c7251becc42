using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Portable;

/// <summary>The engine that runs everywhere: posted <see cref="SocketAsyncEventArgs"/> with pinned buffers.</summary>
/// <remarks>
/// A fixed number of receives is posted; a completed one is posted again only when the loop thread asks for the next
/// datagram, so memory is bounded. Completions run on pool threads and only queue and wake.
/// </remarks>
internal sealed class SaeaDatagramSocket : IDatagramSocket
{
    private const int PostedReceives = 32;
    private const int DatagramBytesMax = 2_048;
    private const int SocketBufferBytes = 4 * 1_024 * 1_024;
    private const int IoControlConnectionReset = unchecked((int)0x9800000C);

    private readonly Socket _socket;
    private readonly ConcurrentQueue<SocketAsyncEventArgs> _received = new();
    private readonly ConcurrentQueue<SocketAsyncEventArgs> _sends = new();
    private readonly List<SocketAsyncEventArgs> _all = [];
    private readonly ManualResetEventSlim _signal = new();
    private SocketAsyncEventArgs? _current;
    private volatile bool _disposed;

    public SaeaDatagramSocket(IPEndPoint local)
    {
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Configure(local);
            _socket.Bind(local);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new DatagramSocketException(e.SocketErrorCode, $"Cannot listen on {local}: {e.Message}", e);
        }

        LocalAddress = PeerAddress.FromEndPoint((IPEndPoint)_socket.LocalEndPoint!);
        for (int i = 0; i < PostedReceives; i++)
        {
            SocketAsyncEventArgs args = CreateArgs(OnReceived);
            Post(args);
        }
    }

    public PeerAddress LocalAddress { get; }

    public DatagramSocketCounters Counters { get; } = new();

    public bool TryReceive(out Span<byte> datagram, out PeerAddress from)
    {
        if (_current is { } consumed)
        {
            _current = null;
            Post(consumed);
        }

        while (_received.TryDequeue(out SocketAsyncEventArgs? args))
        {
            if (args.SocketError == SocketError.Success)
            {
                _current = args;
                Counters.DatagramsReceived++;
                datagram = args.Buffer.AsSpan(0, args.BytesTransferred);
                from = ((PeerEndPoint)args.RemoteEndPoint!).Peer;
                return true;
            }

            // Unreachable and reset are about a datagram sent earlier, not about this socket (scenario A4).
            Counters.ReceiveErrors++;
            Post(args);
        }

        datagram = default;
        from = default;
        return false;
    }

    public void Send(ReadOnlySpan<byte> datagram, PeerAddress to)
    {
        if (!_sends.TryDequeue(out SocketAsyncEventArgs? args))
        {
            args = CreateArgs(OnSent);
        }

        datagram.CopyTo(args.Buffer.AsSpan());
        args.SetBuffer(0, datagram.Length);
        ((PeerEndPoint)args.RemoteEndPoint!).Peer = to;
        try
        {
            if (!_socket.SendToAsync(args))
            {
                OnSent(null, args);
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed while the loop was in its last turn.
        }
    }

    public void Wait(TimeSpan timeout)
    {
        if (_received.IsEmpty)
        {
            _signal.Wait(timeout);
        }

        _signal.Reset();
    }

    public void Wake() => _signal.Set();

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _socket.Dispose();
        _signal.Set();
    }

    private void Configure(IPEndPoint local)
    {
        if (local.AddressFamily == AddressFamily.InterNetworkV6)
        {
            _socket.DualMode = true;
        }

        if (OperatingSystem.IsWindows())
        {
            // Otherwise one unreachable peer makes the next receive of every peer fail.
            _socket.IOControl(IoControlConnectionReset, [0], null);
        }

        _socket.ReceiveBufferSize = SocketBufferBytes;
        _socket.SendBufferSize = SocketBufferBytes;
    }

    private SocketAsyncEventArgs CreateArgs(EventHandler<SocketAsyncEventArgs> completed)
    {
        var args = new SocketAsyncEventArgs(true)
        {
            RemoteEndPoint = new PeerEndPoint(_socket.AddressFamily),
        };
        args.SetBuffer(GC.AllocateUninitializedArray<byte>(DatagramBytesMax, pinned: true), 0, DatagramBytesMax);
        args.Completed += completed;
        lock (_all)
        {
            _all.Add(args);
        }

        return args;
    }

    private void Post(SocketAsyncEventArgs args)
    {
        try
        {
            if (!_socket.ReceiveFromAsync(args))
            {
                _received.Enqueue(args);
                _signal.Set();
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed: nothing is posted any more.
        }
    }

    private void OnReceived(object? sender, SocketAsyncEventArgs args)
    {
        if (!_disposed)
        {
            _received.Enqueue(args);
            _signal.Set();
        }
    }

    private void OnSent(object? sender, SocketAsyncEventArgs args)
    {
        if (args.SocketError == SocketError.Success)
        {
            Interlocked.Increment(ref Counters.DatagramsSent);
        }
        else if (args.SocketError == SocketError.MessageSize)
        {
            Interlocked.Increment(ref Counters.SendTooLong);
        }
        else
        {
            Interlocked.Increment(ref Counters.SendErrors);
        }

        _sends.Enqueue(args);
    }
}
