using System.Collections.Concurrent;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Portable;

/// <summary>Sends of a portable socket: a bounded number of reusable arguments, each with a pinned buffer.</summary>
/// <remarks>
/// Sends nearly always complete on the caller's thread. When the kernel is full they stay pending until every argument is
/// in use; then the caller waits, at most for the settings' patience, and after that the datagram is dropped.
/// </remarks>
internal sealed class SaeaSender : IDisposable
{
    private readonly Func<SocketAsyncEventArgs, bool> _send;
    private readonly AddressFamily _family;
    private readonly DatagramSocketCounters _counters;
    private readonly int _bufferBytes;
    private readonly int _patienceMilliseconds;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentQueue<SocketAsyncEventArgs> _free = new();

    /// <param name="send">Hands the arguments to the kernel; true when it will complete later.</param>
    public SaeaSender(
        Func<SocketAsyncEventArgs, bool> send,
        AddressFamily family,
        DatagramSocketSettings settings,
        DatagramSocketCounters counters)
    {
        _send = send;
        _family = family;
        _counters = counters;
        _bufferBytes = settings.DatagramBytesMax;
        _patienceMilliseconds = (int)settings.SendPatience.TotalMilliseconds;
        _slots = new SemaphoreSlim(settings.SendsInFlightMax, settings.SendsInFlightMax);
    }

    /// <summary>Arguments made so far: never more than the settings admit.</summary>
    public int ArgumentsMade { get; private set; }

    public void Send(ReadOnlySpan<byte> datagram, PeerAddress to)
    {
        if (datagram.Length > _bufferBytes)
        {
            Interlocked.Increment(ref _counters.SendTooLong);
            return;
        }

        if (!_slots.Wait(_patienceMilliseconds))
        {
            _counters.SendsDropped++;
            return;
        }

        SocketAsyncEventArgs args = _free.TryDequeue(out SocketAsyncEventArgs? spare) ? spare : CreateArgs();
        if (!((PeerEndPoint)args.RemoteEndPoint!).TrySet(to))
        {
            Interlocked.Increment(ref _counters.SendErrors);
            Release(args);
            return;
        }

        datagram.CopyTo(args.Buffer.AsSpan());
        args.SetBuffer(0, datagram.Length);
        try
        {
            if (!_send(args))
            {
                OnCompleted(null, args);
            }
        }
        catch (ObjectDisposedException)
        {
            // Closed while the loop was in its last turn.
        }
    }

    public void Dispose()
    {
        while (_free.TryDequeue(out SocketAsyncEventArgs? args))
        {
            args.Dispose();
        }
    }

    internal void OnCompleted(object? sender, SocketAsyncEventArgs args)
    {
        switch (args.SocketError)
        {
            case SocketError.Success:
                Interlocked.Increment(ref _counters.DatagramsSent);
                break;
            case SocketError.MessageSize:
                Interlocked.Increment(ref _counters.SendTooLong);
                break;
            default:
                Interlocked.Increment(ref _counters.SendErrors);
                break;
        }

        Release(args);
    }

    private void Release(SocketAsyncEventArgs args)
    {
        _free.Enqueue(args);
        _slots.Release();
    }

    private SocketAsyncEventArgs CreateArgs()
    {
        ArgumentsMade++;
        var args = new SocketAsyncEventArgs(true)
        {
            RemoteEndPoint = new PeerEndPoint(_family),
        };
        args.SetBuffer(GC.AllocateUninitializedArray<byte>(_bufferBytes, pinned: true), 0, _bufferBytes);
        args.Completed += OnCompleted;
        return args;
    }
}
