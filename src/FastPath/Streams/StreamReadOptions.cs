namespace FastPath.Streams;

/// <summary>How a handle reads its stream; asked for when the stream is accepted or forked.</summary>
public sealed record StreamReadOptions
{
    /// <summary>Nothing beyond plain reading.</summary>
    public static StreamReadOptions Default { get; } = new();

    /// <summary>
    /// Keeps the bytes from the start on, so that forks begin at 0 although bytes were read. It lasts while the handle lives
    /// and the stream's window has room: once the sender has used the window up, it gives way, and forks come too late from
    /// then on. So it never holds more than the window (1 MiB and more), and never holds the stream up.
    /// </summary>
    public bool Retain { get; init; }

    /// <summary>Computes BLAKE3 over what this handle reads; see <see cref="StreamHandle.ComputedDigest"/>.</summary>
    public bool ComputeDigest { get; init; }
}
