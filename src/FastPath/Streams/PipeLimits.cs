namespace FastPath.Streams;

/// <summary>How much a pipe holds before it makes its source wait.</summary>
public sealed record PipeLimits
{
    /// <summary>The limits that a pipe has when none are given.</summary>
    public static PipeLimits Default { get; } = new();

    /// <summary>Fragments that were piped and not yet taken by every target.</summary>
    public int FragmentsBufferedMax { get; init; } = 100;

    /// <summary>Bytes that were piped and not yet taken by every target.</summary>
    public long BufferedBytesMax { get; init; } = 1_024 * 1_024;

    /// <summary>Fragments beyond the window that wait for it at once; one more waits for a place among them.</summary>
    public int ConcurrentSendsMax { get; init; } = 10;

    /// <exception cref="ArgumentException">Names the limit that is out of range.</exception>
    internal long WindowBytes(int fragmentBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FragmentsBufferedMax);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BufferedBytesMax);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ConcurrentSendsMax);
        return Math.Min(BufferedBytesMax, (long)FragmentsBufferedMax * fragmentBytes);
    }
}
