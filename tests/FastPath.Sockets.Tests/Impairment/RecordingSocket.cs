using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Tests.Impairment;

/// <summary>Keeps what is sent, and lets a wait pass on a manual clock at once.</summary>
internal sealed class RecordingSocket(ManualTime time) : IDatagramSocket
{
    private readonly byte[] _space = new byte[ushort.MaxValue];
    private readonly List<byte[]> _unflushed = [];

    public List<byte[]> Sent { get; } = [];

    public List<TimeSpan> Waits { get; } = [];

    public bool IsDisposed { get; private set; }

    public PeerAddress LocalAddress => default;

    public DatagramSocketCounters Counters { get; } = new();

    public DatagramSocketReport Report { get; } =
        new() { Engine = DatagramSocketKind.Auto, Reason = "recording", ReceiveBatchBytes = 0, Buffers = new KernelBuffers(0, 0, 0, 0) };

    public bool TryReceive(out Span<byte> datagram, out PeerAddress from)
    {
        datagram = default;
        from = default;
        return false;
    }

    public EcnCodepoint ReceivedEcn => EcnCodepoint.NotCapable;

    public long? KernelDrops => null;

    public Span<byte> RentSend(int lengthMax) => _space.AsSpan(0, lengthMax);

    public void CommitSend(int length, PeerAddress to, EcnCodepoint ecn = EcnCodepoint.NotCapable) => _unflushed.Add(_space[..length]);

    public void Flush()
    {
        Sent.AddRange(_unflushed);
        _unflushed.Clear();
    }

    public bool TryTakeRefused(out RefusedDatagram refused)
    {
        refused = default;
        return false;
    }

    public void Wait(TimeSpan timeout)
    {
        Flush();
        Waits.Add(timeout);
        time.Advance(timeout);
    }

    public bool HasArrived => false;

    public bool HoldsReceived => false;

    public void Join(SharedWait wait) => throw new NotSupportedException();

    public TimeSpan Rest(TimeSpan timeout)
    {
        Flush();
        return timeout;
    }

    public void Wake()
    {
    }

    public void Dispose() => IsDisposed = true;
}
