using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Tests.Impairment;

/// <summary>Keeps what is sent, and lets a wait pass on a manual clock at once.</summary>
internal sealed class RecordingSocket(ManualTime time) : IDatagramSocket
{
    public List<byte[]> Sent { get; } = [];

    public List<TimeSpan> Waits { get; } = [];

    public bool IsDisposed { get; private set; }

    public PeerAddress LocalAddress => default;

    public DatagramSocketCounters Counters { get; } = new();

    public DatagramSocketReport Report { get; } =
        new() { Engine = "recording", Buffers = new KernelBuffers(0, 0, 0, 0) };

    public bool TryReceive(out Span<byte> datagram, out PeerAddress from)
    {
        datagram = default;
        from = default;
        return false;
    }

    public void Send(ReadOnlySpan<byte> datagram, PeerAddress to) => Sent.Add(datagram.ToArray());

    public void Wait(TimeSpan timeout)
    {
        Waits.Add(timeout);
        time.Advance(timeout);
    }

    public void Wake()
    {
    }

    public void Dispose() => IsDisposed = true;
}
