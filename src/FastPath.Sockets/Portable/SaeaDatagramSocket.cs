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
    private volatile SharedWait _wait;
    private int _disposed;

    /// <exception cref="DatagramSocketException">The address is in use, not local or not permitted.</exception>
    public SaeaDatagramSocket(IPEndPoint local, DatagramSocketSettings? settings = null, string reason = AskedFor)
    {
        settings ??= DatagramSocketSettings.Default;
        _wait = new SignalWait(settings);
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
        _wait.Wait(_receiver.IsWaiting && Volatile.Read(ref _disposed) == 0 ? timeout : TimeSpan.Zero);
    }

    public bool HasArrived => !_receiver.IsWaiting;

    public bool HoldsReceived => false;

    public void Wake()
    {
        // What there is to find was written before: either it is found after a join, or the wait that was joined is seen here.
        Interlocked.MemoryBarrier();
        _wait.Wake();
    }

    public void Join(SharedWait wait) => _wait = wait;

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
            Wake();
        }
    }
}
