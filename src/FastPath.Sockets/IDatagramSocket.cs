using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets;

/// <summary>UDP as one loop thread uses it, in batches. Every engine passes the same conformance tests.</summary>
/// <remarks>
/// Only <see cref="Wake"/>, the counters and Dispose may be used by other threads. Sending is: rent space, write the
/// datagram straight into it, commit; flush when the turn is over. Nothing that a peer or the network does throws: it
/// is counted, and the socket lives on (scenario A4).
/// </remarks>
internal interface IDatagramSocket : IDisposable
{
    PeerAddress LocalAddress { get; }

    DatagramSocketCounters Counters { get; }

    DatagramSocketReport Report { get; }

    /// <summary>Mark of the datagram received last; not capable where the engine does not learn it.</summary>
    EcnCodepoint ReceivedEcn { get; }

    /// <summary>
    /// Datagrams that the kernel dropped because the receive buffer was full; null where it does not tell.
    /// </summary>
    long? KernelDrops { get; }

    /// <summary>Takes one datagram that has arrived; its bytes are valid until the next receive or wait.</summary>
    /// <returns>False when all that had arrived is taken.</returns>
    bool TryReceive(out Span<byte> datagram, out PeerAddress from);

    /// <summary>Space for one datagram to send, valid until it is committed or the next rent, flush or wait.</summary>
    /// <param name="lengthMax">In bytes, up to 65,535. Space that is not committed is given out again.</param>
    Span<byte> RentSend(int lengthMax);

    /// <summary>
    /// Takes the first bytes of the rented space as a datagram; it goes out with the next flush, or before.
    /// </summary>
    /// <remarks>
    /// Datagrams of equal length to one peer travel together; one that is longer or shorter goes alone. The order of one
    /// peer's datagrams is kept.
    /// </remarks>
    /// <param name="length">In bytes.</param>
    /// <param name="to">The peer.</param>
    /// <param name="ecn">Codepoint of its IP header; an engine that cannot set it leaves it out.</param>
    void CommitSend(int length, PeerAddress to, EcnCodepoint ecn = EcnCodepoint.NotCapable);

    /// <summary>Hands all that is committed to the kernel.</summary>
    void Flush();

    /// <summary>Takes one datagram that was too long for the way to its peer and did not leave; asked after a flush.</summary>
    bool TryTakeRefused(out RefusedDatagram refused);

    /// <summary>
    /// Flushes, then returns when something can be received, after <see cref="Wake"/>, or at the timeout.
    /// </summary>
    /// <remarks>May return early for no reason. All work must be looked for after it, not before.</remarks>
    void Wait(TimeSpan timeout);

    void Wake();

    /// <summary>From now on a thread waits for this socket and others; <see cref="Wait"/> is used no more.</summary>
    /// <exception cref="DatagramSocketException">The system watches no more sockets.</exception>
    void Join(SharedWait wait);

    /// <summary>After a shared wait: a receive, or a flush that is due, would do something. May be true for no reason.</summary>
    bool HasArrived { get; }

    /// <summary>
    /// More of what came together waits to be received: before other sockets of a shared wait have their turn, that is to be taken,
    /// because it lies in memory that they share.
    /// </summary>
    bool HoldsReceived { get; }

    /// <summary>Flushes before a shared wait.</summary>
    /// <returns>The timeout, or less: how long this socket needs nothing unless something arrives.</returns>
    TimeSpan Rest(TimeSpan timeout);
}
