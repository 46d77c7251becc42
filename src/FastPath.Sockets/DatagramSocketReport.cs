namespace FastPath.Sockets;

/// <summary>What was asked for and what the kernel granted; it clamps silently (scenario C7).</summary>
internal sealed record DatagramSocketReport
{
    /// <summary>Name of the engine.</summary>
    public required string Engine { get; init; }

    public required KernelBuffers Buffers { get; init; }
}
