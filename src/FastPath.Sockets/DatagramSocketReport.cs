namespace FastPath.Sockets;

/// <summary>Which engine was picked and why, and what the kernel grants; it clamps silently (scenario C7).</summary>
internal sealed record DatagramSocketReport
{
    public required DatagramSocketKind Engine { get; init; }

    /// <summary>Why this engine, for people.</summary>
    public required string Reason { get; init; }

    /// <summary>One buffer may carry up to 64 datagrams to the kernel (UDP_SEGMENT).</summary>
    public bool IsSegmenting { get; init; }

    /// <summary>One buffer may carry up to 64 datagrams from the kernel (UDP_GRO).</summary>
    public bool IsCoalescing { get; init; }

    /// <summary>The ECN mark of each datagram is known.</summary>
    public bool IsEcnReported { get; init; }

    /// <summary>Memory of one receive batch, in bytes.</summary>
    public required long ReceiveBatchBytes { get; init; }

    public required KernelBuffers Buffers { get; init; }
}
