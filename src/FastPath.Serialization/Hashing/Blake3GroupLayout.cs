using System.Numerics;

namespace FastPath.Serialization.Hashing;

/// <summary>How a payload divides into groups of 16 KiB, and which nodes of the hash tree prove each of them.</summary>
/// <remarks>
/// Level 0 are the groups; node j of level k stands over groups j·2^k to (j+1)·2^k - 1. A proof is the list of nodes
/// that are needed for the first time at a group, from the root downwards; a node is the two values below it, 64 bytes.
/// So the whole payload needs one node less than it has groups: 0.4 %. An empty payload is one empty group.
/// </remarks>
internal readonly struct Blake3GroupLayout
{
    /// <summary>Sixteen chunks.</summary>
    public const int GroupBytes = 16 * Blake3Constants.ChunkBytes;

    public const int NodeBytes = 2 * Blake3Constants.ValueBytes;

    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public Blake3GroupLayout(long payloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadBytes);
        PayloadBytes = payloadBytes;
        GroupCount = payloadBytes == 0 ? 1 : ((payloadBytes - 1) / GroupBytes) + 1;
        Levels = GroupCount == 1 ? 0 : BitOperations.Log2((ulong)GroupCount - 1) + 1;
    }

    public long PayloadBytes { get; }

    public long GroupCount { get; }

    /// <summary>Levels of nodes above the groups; the root is on the highest.</summary>
    public int Levels { get; }

    /// <summary>Bytes of all stored levels: what <see cref="Blake3OutboardBuilder"/> fills, about 64 a group.</summary>
    public long OutboardBytes => OffsetOf(Levels);

    public int BytesOf(long group) =>
        (int)Math.Min(GroupBytes, PayloadBytes - (group * GroupBytes));

    /// <summary>Bytes of the proof that precedes a group.</summary>
    /// <param name="group">Number of the group.</param>
    /// <param name="isFirst">Nothing before this group is verified: the proof has the whole path from the root.</param>
    public int ProofBytes(long group, bool isFirst)
    {
        int nodes = 0;
        for (int level = ProofLevel(group, isFirst); level > 0; level--)
        {
            nodes += HasNode(level, group) ? 1 : 0;
        }

        return nodes * NodeBytes;
    }

    /// <summary>The highest level whose node belongs to the proof: those above it came with an earlier group.</summary>
    public int ProofLevel(long group, bool isFirst) =>
        isFirst || group == 0 ? Levels : BitOperations.TrailingZeroCount(group);

    /// <summary>False where the payload ends before the right half: there stands the left child itself.</summary>
    public bool HasNode(int level, long group) => (((group >> level) << level) | (1L << (level - 1))) < GroupCount;

    /// <summary>Values on a level, those counted that rose from below without a neighbour.</summary>
    public long CountAt(int level) => ((GroupCount - 1) >> level) + 1;

    /// <summary>Where a level begins in the outboard.</summary>
    public long OffsetOf(int level)
    {
        long values = 0;
        for (int below = 0; below < level; below++)
        {
            values += CountAt(below);
        }

        return values * Blake3Constants.ValueBytes;
    }
}
