using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets;

/// <summary>UDP as one loop thread uses it. Every engine passes the same conformance tests.</summary>
/// <remarks>Only <see cref="Wake"/> and Dispose may be called by other threads.</remarks>
internal interface IDatagramSocket : IDisposable
{
    PeerAddress LocalAddress { get; }

    DatagramSocketCounters Counters { get; }

    DatagramSocketReport Report { get; }

    /// <summary>Takes one datagram that has arrived; its bytes are valid until the next receive or wait.</summary>
    bool TryReceive(out Span<byte> datagram, out PeerAddress from);

    /// <summary>Hands one datagram to the kernel. Transient errors are counted and never thrown (scenario A4).</summary>
    void Send(ReadOnlySpan<byte> datagram, PeerAddress to);

    /// <summary>Returns when something can be received, after <see cref="Wake"/>, or at the timeout.</summary>
    void Wait(TimeSpan timeout);

    void Wake();
}
