namespace FastPath.Diagnostics;

/// <summary>What a node has sent and received since it started: one reading of plain counters.</summary>
/// <remarks>The counters go on while they are read, so figures of one reading may be a few packets apart.</remarks>
public sealed record NodeStatistics
{
    /// <summary>Datagrams handed to the socket, handshakes included.</summary>
    public required long DatagramsSent { get; init; }

    /// <summary>Datagrams taken from the socket, whatever was in them.</summary>
    public required long DatagramsReceived { get; init; }

    /// <summary>System calls that sent; on the portable engine, operations.</summary>
    public required long SendCalls { get; init; }

    /// <summary>System calls that asked for datagrams; on the portable engine, operations.</summary>
    public required long ReceiveCalls { get; init; }

    /// <summary>Of these, calls that found nothing: polling while more is expected soon.</summary>
    public required long ReceiveCallsEmpty { get; init; }

    /// <summary>Datagrams that the kernel dropped because the receive buffer was full; null where it does not tell.</summary>
    public required long? KernelDrops { get; init; }

    /// <summary>Fragments sent, those sent again included.</summary>
    public required long FragmentsSent { get; init; }

    /// <summary>Of these, with at least one byte that had been sent before.</summary>
    public required long FragmentsSentAgain { get; init; }

    /// <summary>Fragments received, those that brought nothing new included.</summary>
    public required long FragmentsReceived { get; init; }

    /// <summary>Payload bytes in fragments, those sent again included.</summary>
    public required long PayloadBytesSent { get; init; }

    /// <summary>Of these, bytes that had been sent before.</summary>
    public required long PayloadBytesSentAgain { get; init; }

    /// <summary>Payload bytes of fragments that brought something new; what such a one repeats is counted with it.</summary>
    public required long PayloadBytesReceived { get; init; }

    /// <summary>Bytes of blocks in use by rings and gathered payloads.</summary>
    public required long BufferBytesRented { get; init; }

    /// <summary>Bytes promised to peers as credit and to writers as space.</summary>
    public required long BufferBytesReserved { get; init; }
}
