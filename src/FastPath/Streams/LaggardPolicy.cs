namespace FastPath.Streams;

/// <summary>What happens when one of several targets of the same bytes is slower than the others.</summary>
/// <remarks>
/// A target that is waited for is required: when it fails, so does the whole. The others are best effort: how one of them ended
/// is in its state, and the whole fails only when nobody has all the bytes.
/// </remarks>
public sealed record LaggardPolicy
{
    private LaggardPolicy()
    {
    }

    /// <summary>Everybody goes at the pace of this target; what is held is the window, and the source is slowed down.</summary>
    public static LaggardPolicy WaitForAll { get; } = new();

    /// <summary>How long the target may hold the others up; null for ever.</summary>
    public TimeSpan? Bound { get; private init; }

    /// <summary>Where the spill file lies; null for none.</summary>
    public string? SpillFolder { get; private init; }

    /// <summary>Most bytes that wait in the spill file.</summary>
    public long SpillBytesMax { get; private init; }

    /// <summary>The target's failure is the failure of the whole.</summary>
    public bool IsRequired => Bound is null && SpillFolder is null;

    /// <summary>
    /// The target is dropped, and told TooSlow, when the source has waited and the target was half a window or more behind the
    /// fastest one for so long. Who is slower for good is dropped like who stands still. What a dropped reader of this node has
    /// of a plain read is not valid any more; segments that it holds stay valid, and stay in the window, until released.
    /// </summary>
    /// <param name="bound">More than zero; it is looked at every quarter of it, and every half a second.</param>
    public static LaggardPolicy DropAfter(TimeSpan bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(bound, TimeSpan.Zero);
        return new LaggardPolicy { Bound = bound };
    }

    /// <summary>
    /// What the target has not taken yet waits in a file, so that it holds nobody up. The file is made when it is first needed
    /// and gone at the end, however that comes. A target that has filled it is dropped, and told TooSlow.
    /// </summary>
    /// <param name="folder">Made when it is missing.</param>
    /// <param name="bytesMax">Most bytes that wait in the file; the target's own window of memory comes on top.</param>
    public static LaggardPolicy SpillTo(string folder, long bytesMax)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        return new LaggardPolicy { SpillFolder = folder, SpillBytesMax = bytesMax };
    }
}
