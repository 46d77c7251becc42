namespace FastPath.Sockets;

/// <summary>Sizes and patience of a datagram socket; every engine honours them.</summary>
internal sealed record DatagramSocketSettings
{
    public static readonly DatagramSocketSettings Default = new();

    /// <summary>Asked of the kernel, in bytes. The stock size loses most of a burst (scenario C7).</summary>
    public int ReceiveBufferBytes { get; init; } = 16 * 1_024 * 1_024;

    /// <summary>Asked of the kernel, in bytes.</summary>
    public int SendBufferBytes { get; init; } = 16 * 1_024 * 1_024;

    /// <summary>
    /// Longest datagram that is received, in bytes; a longer one is dropped whole and counted, never cut.
    /// </summary>
    public int DatagramBytesMax { get; init; } = 65_535;

    /// <summary>Messages the Linux engine takes from the kernel at once, each with 64 KiB of memory.</summary>
    public int ReceiveBatchMessages { get; init; } = 16;

    /// <summary>Bytes the Linux engine collects before it flushes unasked; at least one longest datagram.</summary>
    public int SendBatchBytes { get; init; } = 256 * 1_024;

    /// <summary>
    /// How long the Linux engine polls before it blocks; longer than a short request takes there and back, or both ends
    /// would sleep each time. Zero for never.
    /// </summary>
    public TimeSpan SpinBeforeWait { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>
    /// A wait polls until something comes and never blocks in the kernel, on any engine: the loop keeps a core to itself.
    /// </summary>
    public bool PollsWhileWaiting { get; init; }

    /// <summary>False makes the Linux engine pass every datagram alone, as on a kernel without offload.</summary>
    public bool AllowOffload { get; init; } = true;

    /// <summary>
    /// Sends that the portable engine leaves with the kernel at once; each may hold one datagram's memory.
    /// </summary>
    public int SendsInFlightMax { get; init; } = 64;

    /// <summary>How long a full kernel is waited for before a datagram is dropped and counted.</summary>
    public TimeSpan SendPatience { get; init; } = TimeSpan.FromMilliseconds(20);
}
