using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>The engine of Linux: one system call moves a batch, and one buffer in it may be 64 datagrams.</summary>
/// <remarks>
/// The framework's socket opens, configures and closes; its handle keeps the descriptor open over each call.
/// </remarks>
internal sealed class LinuxDatagramSocket : IDatagramSocket, IEpollMember, IPolledWait
{
    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private readonly LoopWaiter _waiter;
    private readonly ReceiveBatch _received;
    private readonly BatchSender _sender;
    private readonly TimeSpan _spin;
    private EpollWait? _shared;
    private int _sharedSlot;
    private bool _isReadable;
    private int _disposed;

    /// <param name="reason">Why this engine was picked.</param>
    /// <param name="offload">What to ask of the kernel; <see cref="OffloadProbe"/> knows what it really does.</param>
    /// <exception cref="DatagramSocketException">The address is in use, not local or not permitted.</exception>
    public LinuxDatagramSocket(IPEndPoint local, DatagramSocketSettings settings, OffloadSupport offload, string reason)
    {
        _waiter = new LoopWaiter();
        try
        {
            _socket = BoundSocket.Open(local);
        }
        catch
        {
            _waiter.Dispose();
            throw;
        }

        _handle = _socket.SafeHandle;
        _spin = settings.PollsWhileWaiting ? TimeSpan.MaxValue : settings.SpinBeforeWait;
        bool isCoalescing = offload.Coalescing && TryEnable(LibcConstants.SOL_UDP, LibcConstants.UDP_GRO);
        bool isEcnReported = TryEnable(LibcConstants.IPPROTO_IP, LibcConstants.IP_RECVTOS);
        if (local.AddressFamily == AddressFamily.InterNetworkV6)
        {
            isEcnReported &= TryEnable(LibcConstants.IPPROTO_IPV6, LibcConstants.IPV6_RECVTCLASS);
        }

        LocalAddress = PeerAddress.FromEndPoint((IPEndPoint)_socket.LocalEndPoint!);
        Report = new DatagramSocketReport
        {
            ReceiveBatchBytes = (long)settings.ReceiveBatchMessages * ushort.MaxValue,
            Engine = DatagramSocketKind.Linux,
            Reason = reason,
            IsSegmenting = offload.Segmentation,
            IsCoalescing = isCoalescing,
            IsEcnReported = isEcnReported,
            Buffers = KernelBuffers.Request(_socket, settings),
        };
        _received = new ReceiveBatch(_handle, _socket.AddressFamily, settings, Counters);
        _sender = new BatchSender(_socket, settings, offload, Counters, _waiter);
    }

    public PeerAddress LocalAddress { get; }

    public DatagramSocketReport Report { get; }

    public DatagramSocketCounters Counters { get; } = new();

    public EcnCodepoint ReceivedEcn => _received.Ecn;

    public long? KernelDrops => KernelDropCount.Read(_socket);

    /// <summary>For tests that need an option of the kernel which no setting offers.</summary>
    internal Socket Native => _socket;

    /// <inheritdoc cref="BatchSender.Fault"/>
    internal Func<SendGroup, int>? SendFault
    {
        set => _sender.Fault = value;
    }

    public bool HasArrived => _isReadable;

    public bool HoldsReceived => _received.HasDatagram;

    SafeHandle IEpollMember.Handle => _handle;

    public bool TryReceive(out Span<byte> datagram, out PeerAddress from)
    {
        bool isTaken = _received.TryTake(out datagram, out from);
        _isReadable &= isTaken;
        return isTaken;
    }

    public Span<byte> RentSend(int lengthMax)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)lengthMax, (uint)ushort.MaxValue, nameof(lengthMax));
        return _sender.Rent(lengthMax);
    }

    public void CommitSend(int length, PeerAddress to, EcnCodepoint ecn = EcnCodepoint.NotCapable) => _sender.Commit(length, to, ecn);

    public void Flush() => _sender.Flush();

    public bool TryTakeRefused(out RefusedDatagram refused) => _sender.Refused.TryTake(out refused);

    public void Wait(TimeSpan timeout)
    {
        Flush();
        if (HasCome() || YieldingSpin.Run(this, _spin, ref timeout))
        {
            return;
        }

        if (timeout > TimeSpan.Zero || timeout == Timeout.InfiniteTimeSpan)
        {
            _waiter.Block(_handle, timeout);
        }
    }

    public void Wake() => _waiter.Wake();

    public void Join(SharedWait wait)
    {
        _shared = (EpollWait)wait;
        _received.Share(_shared.Received);
        _sharedSlot = _shared.Add(this);
    }

    public TimeSpan Rest(TimeSpan timeout)
    {
        Flush();
        return timeout;
    }

    public bool HasCome() => _waiter.TryConsumeWake() || Volatile.Read(ref _disposed) != 0 || _received.TryFill();

    void IEpollMember.OnReadable() => _isReadable = true;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // First the wake: the socket closes only when no call is using its handle any more.
            _waiter.Wake();
            _shared?.Remove(_sharedSlot);
            _socket.Dispose();
            _waiter.Dispose();
        }
    }

    private bool TryEnable(int level, int option)
    {
        try
        {
            _socket.SetRawSocketOption(level, option, BitConverter.GetBytes(1));
            return true;
        }
        catch (SocketException)
        {
            // An older kernel: the feature stays off and the report says so.
            return false;
        }
    }
}
