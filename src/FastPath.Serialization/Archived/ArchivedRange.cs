namespace FastPath.Serialization.Archived;

/// <summary>Where a field lies.</summary>
/// <param name="Offset">First byte, from the start of the archive.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct ArchivedRange(long Offset, long Length)
{
    /// <summary>First byte behind the field.</summary>
    public long End => Offset + Length;

    /// <summary>False when the window does not hold the whole field.</summary>
    /// <param name="window">Some of the archive.</param>
    /// <param name="windowStart">Where it begins, from the start of the archive.</param>
    /// <param name="bytes">The field, in place.</param>
    public bool TrySlice(ReadOnlySpan<byte> window, long windowStart, out ReadOnlySpan<byte> bytes)
    {
        bool isInside = Offset >= windowStart && End <= windowStart + window.Length;
        bytes = isInside ? window.Slice((int)(Offset - windowStart), (int)Length) : default;
        return isInside;
    }
}
