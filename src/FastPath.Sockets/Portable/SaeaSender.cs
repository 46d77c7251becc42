using System.Collections.Concurrent;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Portable;

/// <summary>Sends of a portable socket: a bounded number of reusable arguments, each with a pinned buffer.</summary>
/// <remarks>
/// Sends nearly always complete on the caller's thread. When the kernel is full they stay pending until every argument
/// is in use; then the caller waits, at most for the settings' patience, and after that the datagram is dropped.
/// </remarks>
internal sealed class SaeaSender : IDisposable
{
    private const int BufferBytes = ushort.MaxValue;

    private readonly Func<SocketAsyncEventArgs, bool> _send;
    private readonly AddressFamily _family;
    private readonly DatagramSocketCounters _counters;
    private readonly int _patienceMilliseconds;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentQueue<SocketAsyncEventArgs> _free = new();
    private SocketAsyncEventArgs? _rented;
    private int _rentedLength;
    private bool _isFull;

    // Takes what is written while every argument is in use.
    private byte[]? _overflow;

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
        _patienceMilliseconds = (int)settings.SendPatience.TotalMilliseconds;
        _slots = new SemaphoreSlim(settings.SendsInFlightMax, settings.SendsInFlightMax);
    }

    public RefusedDatagrams Refused { get; } = new();

    /// <summary>Arguments made so far: never more than the settings admit.</summary>
    public int ArgumentsMade { get; private set; }

    /// <summary>Space for one datagram; never waits, because it may be that nothing is committed.</summary>
    public Span<byte> Rent(int lengthMax)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)lengthMax, (uint)BufferBytes, nameof(lengthMax));
        _rented ??= TakeArgs(0);
        _isFull &= _rented is null;
        _rentedLength = lengthMax;
        return (_rented is { } args ? args.Buffer! : _overflow ??= new byte[BufferBytes]).AsSpan(0, lengthMax);
    }

    public void Commit(int length, PeerAddress to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_rentedLength, nameof(length));
        _rentedLength = 0;
        SocketAsyncEventArgs? args = _rented ?? TakeOverflow(length);
        if (args is null)
        {
            _counters.SendsDropped++;
            return;
        }

        _rented = args;

        if (!((PeerEndPoint)args.RemoteEndPoint!).TrySet(to))
        {
            Interlocked.Increment(ref _counters.SendErrors);
            return;
        }

        _rented = null;
        _counters.SendCalls++;
        args.SetBuffer(0, length);
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

    public void EndBatch() => _isFull = false;

    public void Dispose()
    {
        _rented?.Dispose();
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
                Refused.Add(new RefusedDatagram(args.MemoryBuffer.Span.Slice(args.Offset, args.Count), ((PeerEndPoint)args.RemoteEndPoint!).Peer));
                break;
            default:
                Interlocked.Increment(ref _counters.SendErrors);
                break;
        }

        Release(args);
    }

    private SocketAsyncEventArgs? TakeOverflow(int length)
    {
        // A kernel that is still full is waited for once a batch, not once a datagram.
        SocketAsyncEventArgs? args = TakeArgs(_isFull ? 0 : _patienceMilliseconds);
        _isFull = args is null;
        if (args is not null)
        {
            _overflow.AsSpan(0, length).CopyTo(args.Buffer);
        }

        return args;
    }

    private SocketAsyncEventArgs? TakeArgs(int patienceMilliseconds)
    {
        if (!_slots.Wait(patienceMilliseconds))
        {
            return null;
        }

        return _free.TryDequeue(out SocketAsyncEventArgs? spare) ? spare : CreateArgs();
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
        args.SetBuffer(GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true), 0, BufferBytes);
        args.Completed += OnCompleted;
        return args;
    }
}
