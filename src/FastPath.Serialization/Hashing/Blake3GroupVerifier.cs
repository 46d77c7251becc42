using System.Buffers;
using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>Verifies a payload group by group, in order from any start, against its 32-byte digest.</summary>
/// <remarks>
/// Holds one value a level: those of the subtrees still to come. Allocates nothing after construction. The length of
/// the payload is taken on trust until the last group is verified: that group proves it. Not thread-safe.
/// </remarks>
internal sealed class Blake3GroupVerifier
{
    private const int ValueBytes = Blake3Constants.ValueBytes;
    private const int NodeBytes = Blake3GroupLayout.NodeBytes;

    private readonly Blake3Mode _mode;
    private readonly byte[] _expected;
    private bool _isFirst = true;

    /// <param name="digest">Plain BLAKE3 of the payload: 32 bytes.</param>
    /// <param name="layout">Of the payload.</param>
    /// <param name="firstGroup">Where to start; its proof has the whole path from the root.</param>
    public Blake3GroupVerifier(ReadOnlySpan<byte> digest, Blake3GroupLayout layout, long firstGroup = 0)
        : this(digest, layout, firstGroup, Blake3Widths.Best)
    {
    }

    internal Blake3GroupVerifier(
        ReadOnlySpan<byte> digest, Blake3GroupLayout layout, long firstGroup, Blake3Width width)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, ValueBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(firstGroup);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstGroup, layout.GroupCount);
        _mode = Blake3Mode.Plain(width);
        Layout = layout;
        NextGroup = firstGroup;

        // One place a level for the right half that waits there; the digest waits on the highest.
        _expected = new byte[(layout.Levels + 1) * ValueBytes];
        digest.CopyTo(ExpectedAt(layout.Levels));
    }

    public Blake3GroupLayout Layout { get; }

    /// <summary>Number of the group that is verified next.</summary>
    public long NextGroup { get; private set; }

    public bool IsComplete => NextGroup == Layout.GroupCount;

    /// <summary>Bytes of the next group's proof; 0 when complete.</summary>
    public int NextProofBytes => IsComplete ? 0 : Layout.ProofBytes(NextGroup, _isFirst);

    /// <summary>Bytes of the next group; 0 when complete.</summary>
    public int NextGroupBytes => IsComplete ? 0 : Layout.BytesOf(NextGroup);

    /// <summary>True when these are the bytes of the next group, which is then behind us.</summary>
    /// <remarks>False changes nothing: the same group may be tried again with bytes from another source.</remarks>
    public bool TryVerify(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> group)
    {
        Span<byte> expected = stackalloc byte[ValueBytes];
        if (IsComplete
            || group.Length != NextGroupBytes
            || proof.Length != NextProofBytes
            || !TryDescend(proof, expected))
        {
            return false;
        }

        Span<byte> actual = stackalloc byte[ValueBytes];
        Blake3Groups.WriteValue(_mode, group, NextGroup, isRoot: Layout.GroupCount == 1, actual);
        if (!actual.SequenceEqual(expected))
        {
            return false;
        }

        NextGroup++;
        _isFirst = false;
        return true;
    }

    /// <summary>The same for a group that lies in several pieces, which are gathered on the stack.</summary>
    [SkipLocalsInit]
    public bool TryVerify(ReadOnlySpan<byte> proof, in ReadOnlySequence<byte> group)
    {
        if (group.IsSingleSegment)
        {
            return TryVerify(proof, group.FirstSpan);
        }

        if (group.Length != NextGroupBytes)
        {
            return false;
        }

        Span<byte> gathered = stackalloc byte[Blake3GroupLayout.GroupBytes];
        group.CopyTo(gathered);
        return TryVerify(proof, gathered[..(int)group.Length]);
    }

    /// <summary>Follows the proof from what is known down to the value of the next group.</summary>
    /// <remarks>
    /// What is known waits on the level where the next group's path leaves the verified one. Only lower places are written,
    /// and those belong to groups behind this one, whose descent is repeated when this one fails.
    /// </remarks>
    private bool TryDescend(ReadOnlySpan<byte> proof, Span<byte> expected)
    {
        Span<byte> actual = stackalloc byte[ValueBytes];
        int level = Layout.ProofLevel(NextGroup, _isFirst);
        bool isRoot = level == Layout.Levels;
        ExpectedAt(level).CopyTo(expected);
        for (; level > 0; level--)
        {
            if (!Layout.HasNode(level, NextGroup))
            {
                continue;
            }

            ReadOnlySpan<byte> node = proof[..NodeBytes];
            proof = proof[NodeBytes..];
            Blake3Groups.WriteParent(_mode, node, isRoot, actual);
            if (!actual.SequenceEqual(expected))
            {
                return false;
            }

            isRoot = false;
            bool goesRight = ((NextGroup >> (level - 1)) & 1) != 0;
            node.Slice(goesRight ? ValueBytes : 0, ValueBytes).CopyTo(expected);
            if (!goesRight)
            {
                node[ValueBytes..].CopyTo(ExpectedAt(level - 1));
            }
        }

        return true;
    }

    private Span<byte> ExpectedAt(int level) => _expected.AsSpan(level * ValueBytes, ValueBytes);
}
