namespace FastPath.Serialization.Hashing;

/// <summary>Merges neighbouring values level by level, as the tree of BLAKE3 does.</summary>
/// <remarks>
/// The left half of that tree is the greatest power of two below its size, at every node. Pairing from the left, and
/// letting the last value rise alone when it has no neighbour, gives the same tree without recursion.
/// </remarks>
internal static class Blake3Levels
{
    private const int ValueBytes = Blake3Constants.ValueBytes;

    /// <summary>Values on the level above so many values.</summary>
    public static int CountAbove(int count) => (count + 1) / 2;

    /// <summary>Writes the level above; may be done in place. None of its parents may be the root.</summary>
    public static void Rise(in Blake3Mode mode, ReadOnlySpan<byte> values, int count, Span<byte> above)
    {
        int parents = count / 2;
        Blake3Many.HashParents(mode, values[..(parents * 2 * ValueBytes)], above);
        if (count % 2 != 0)
        {
            values.Slice((count - 1) * ValueBytes, ValueBytes).CopyTo(above[(parents * ValueBytes)..]);
        }
    }

    /// <summary>Replaces <paramref name="count"/> values by the one or two they merge to.</summary>
    public static void Merge(in Blake3Mode mode, Span<byte> values, int count, int downTo)
    {
        while (count > downTo)
        {
            Rise(mode, values, count, values);
            count = CountAbove(count);
        }
    }
}
