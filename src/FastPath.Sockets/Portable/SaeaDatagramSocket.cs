using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Portable;

/// <summary>The engine that runs everywhere: <see cref="SocketAsyncEventArgs"/> with pinned buffers.</summary>
/// <remarks>Completions run on pool threads and only mark and wake; everything else is the loop thread's.</remarks>
internal sealed class SaeaDatagramSocket : IDatagramSocket
{
    private const string AskedFor = "asked for";
    private const int IoControlConnectionReset = unchecked((int)0x9800000C);

    private readonly Socket _socket;
    private readonly SaeaReceiver _receiver;
    private readonly SaeaSender _sender;
    private readonly ManualResetEventSlim _signal = new();
    private readonly bool _isPolling;
    private volatile SharedWait? _shared;
    private int _disposed;

    /// <exception cref="DatagramSocketException">The address is in use, not local or not permitted.</exception>
    public SaeaDatagramSocket(IPEndPoint local, DatagramSocketSettings? settings = null, string reason = AskedFor)
    {
        settings ??= DatagramSocketSettings.Default;
        _isPolling = settings.PollsWhileWaiting;
        _socket = BoundSocket.Open(local);
        if (OperatingSystem.IsWindows())
        {
            // Otherwise one unreachable peer makes the next receive of every peer fail.
            _socket.IOControl(IoControlConnectionReset, [0], null);
        }

        Report = new DatagramSocketReport
        {
            ReceiveBatchBytes = settings.DatagramBytesMax,
            Engine = DatagramSocketKind.Saea,
            Reason = reason,
            Buffers = KernelBuffers.Request(_socket, settings),
        };
        LocalAddress = PeerAddress.FromEndPoint((IPEndPoint)_socket.LocalEndPoint!);
        _sender = new SaeaSender(_socket.SendToAsync, _socket.AddressFamily, settings, Counters);
        _receiver = new SaeaReceiver(_socket, settings, Counters, Wake);
    }

    public PeerAddress LocalAddress { get; }

    public DatagramSocketReport Report { get; }

    public DatagramSocketCounters Counters { get; } = new();

    public EcnCodepoint ReceivedEcn => EcnCodepoint.NotCapable;

    public long? KernelDrops => KernelDropCount.Read(_socket);

    /// <summary>For tests that need an option of the kernel which no setting offers.</summary>
    internal Socket Native => _socket;

    public bool TryReceive(out Span<byte> datagram, out PeerAddress from) => _receiver.TryTake(out datagram, out from);

    public Span<byte> RentSend(int lengthMax) => _sender.Rent(lengthMax);

    public void CommitSend(int length, PeerAddress to, EcnCodepoint ecn = EcnCodepoint.NotCapable) => _sender.Commit(length, to);

    /// <remarks>Each datagram was handed over when it was committed; this only ends the batch.</remarks>
    public void Flush() => _sender.EndBatch();

    public bool TryTakeRefused(out RefusedDatagram refused) => _sender.Refused.TryTake(out refused);

    public void Wait(TimeSpan timeout)
    {
        Flush();
        if (_receiver.IsWaiting && Volatile.Read(ref _disposed) == 0)
        {
            if (_isPolling)
            {
                Poll(timeout);
            }
            else
            {
                _signal.Wait(ToWholeMilliseconds(timeout));
            }
        }

        // Whoever sets the signal has left its work visible before. Reset is a full fence and the caller looks for work
        // after it: a set that this reset swallows is therefore work that is found, never a wake-up that is lost.
        _signal.Reset();
    }

    public bool HasArrived => !_receiver.IsWaiting;

    public bool HoldsReceived => false;

    public void Wake()
    {
        _signal.Set();
        _shared?.Wake();
    }

    public void Join(SharedWait wait) => _shared = wait;

    public TimeSpan Rest(TimeSpan timeout)
    {
        Flush();
        return timeout;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _socket.Dispose();
            _receiver.Dispose();
            _sender.Dispose();
            _signal.Set();
        }
    }

    private void Poll(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (!_signal.IsSet && (timeout == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(start) < timeout))
        {
            Thread.Yield();
        }
    }

    /// <summary>Rounded up, so that a wait of less than a millisecond is not a spin.</summary>
    internal static int ToWholeMilliseconds(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan
        ? Timeout.Infinite
        : (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue);
}
