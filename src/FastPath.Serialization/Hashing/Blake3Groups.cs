using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>The plain BLAKE3 tree above groups of 16 KiB: values of groups and parents, and the digest at the root.</summary>
internal static class Blake3Groups
{
    private const int ValueBytes = Blake3Constants.ValueBytes;
    private const int GroupBytes = Blake3GroupLayout.GroupBytes;
    private const int GroupChunks = GroupBytes / Blake3Constants.ChunkBytes;

    /// <summary>Groups whose parents are hashed together.</summary>
    private const int BatchGroups = 8;

    /// <summary>Writes the value of a group: its chaining value, or the digest when it is the whole payload.</summary>
    /// <param name="group">At most 16 KiB; less only in the last group.</param>
    /// <param name="index">Number of the group within the payload.</param>
    /// <param name="isRoot">There is no other group.</param>
    /// <param name="value">32 bytes.</param>
    public static void WriteValue(ReadOnlySpan<byte> group, long index, bool isRoot, Span<byte> value) =>
        WriteValue(Blake3Mode.Plain(Blake3Widths.Best), group, index, isRoot, value);

    [SkipLocalsInit]
    internal static void WriteValue(
        in Blake3Mode mode, ReadOnlySpan<byte> group, long index, bool isRoot, Span<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(group.Length, GroupBytes);
        if (isRoot)
        {
            Blake3Hasher.Hash(mode.Width, group, value[..ValueBytes]);
            return;
        }

        Span<byte> values = stackalloc byte[GroupChunks * ValueBytes];
        ulong first = (ulong)index * GroupChunks;
        int chunks = group.Length / Blake3Constants.ChunkBytes;
        Blake3Many.HashChunks(mode, group[..(chunks * Blake3Constants.ChunkBytes)], first, values);
        ReadOnlySpan<byte> rest = group[(chunks * Blake3Constants.ChunkBytes)..];
        if (!rest.IsEmpty)
        {
            Blake3Node.OfChunk(mode, rest, first + (uint)chunks).CopyValueTo(values[(chunks * ValueBytes)..]);
            chunks++;
        }

        Blake3Levels.Merge(mode, values, chunks, downTo: 1);
        values[..ValueBytes].CopyTo(value);
    }

    /// <summary>Writes the values of whole groups, which is faster than one by one. None may be the whole payload.</summary>
    [SkipLocalsInit]
    internal static void WriteValues(in Blake3Mode mode, ReadOnlySpan<byte> groups, long first, Span<byte> values)
    {
        Span<byte> chunkValues = stackalloc byte[BatchGroups * GroupChunks * ValueBytes];
        while (!groups.IsEmpty)
        {
            int count = Math.Min(groups.Length / GroupBytes, BatchGroups);
            Blake3Many.HashChunks(mode, groups[..(count * GroupBytes)], (ulong)first * GroupChunks, chunkValues);
            for (int chunks = GroupChunks; chunks > 1; chunks /= 2)
            {
                Blake3Levels.Rise(mode, chunkValues, count * chunks, chunkValues);
            }

            chunkValues[..(count * ValueBytes)].CopyTo(values);
            values = values[(count * ValueBytes)..];
            groups = groups[(count * GroupBytes)..];
            first += count;
        }
    }

    /// <summary>Writes the value of a node from its children's.</summary>
    /// <param name="node">The values of the left and the right child: 64 bytes.</param>
    /// <param name="isRoot">The value is the digest.</param>
    /// <param name="value">32 bytes.</param>
    public static void WriteParent(ReadOnlySpan<byte> node, bool isRoot, Span<byte> value) =>
        WriteParent(Blake3Mode.Plain(Blake3Widths.Best), node, isRoot, value);

    internal static void WriteParent(in Blake3Mode mode, ReadOnlySpan<byte> node, bool isRoot, Span<byte> value)
    {
        Blake3Node parent = Blake3Node.OfParent(mode, node);
        if (isRoot)
        {
            parent.WriteOutput(value[..ValueBytes]);
        }
        else
        {
            parent.CopyValueTo(value);
        }
    }
}
