using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>The values of a hash tree that are not yet merged: those of chunks, and one for each finished subtree.</summary>
/// <remarks>
/// Chunk values are collected and merged level by level when their buffer is full, so that parents, too, are hashed side
/// by side, however small the pieces in which the input comes. About 6 KB, held in place; a copy is a tree of its own.
/// </remarks>
internal struct Blake3Tree
{
    /// <summary>Chunks merged at once; a power of two.</summary>
    private const int LeavesMax = 128;

    private const int ValueBytes = Blake3Constants.ValueBytes;

    private LeafBuffer _leaves;
    private SubtreeBuffer _subtrees;
    private int _leafCount;
    private int _subtreeCount;
    private ulong _merged;

    /// <summary>Chunks added so far.</summary>
    public readonly ulong ChunkCount => (_merged * LeavesMax) + (uint)_leafCount;

    [UnscopedRef]
    private Span<byte> FreeLeaves => ((Span<byte>)_leaves)[(_leafCount * ValueBytes)..];

    /// <summary>Starts an empty tree without clearing its buffers.</summary>
    public void Reset()
    {
        _leafCount = 0;
        _subtreeCount = 0;
        _merged = 0;
    }

    /// <summary>Adds whole chunks; not the first chunk before it is known that another follows.</summary>
    public void AddChunks(in Blake3Mode mode, ReadOnlySpan<byte> chunks)
    {
        while (!chunks.IsEmpty)
        {
            MakeRoom(mode);
            int bytes = Math.Min(chunks.Length, (LeavesMax - _leafCount) * Blake3Constants.ChunkBytes);
            Blake3Many.HashChunks(mode, chunks[..bytes], ChunkCount, FreeLeaves);
            _leafCount += bytes / Blake3Constants.ChunkBytes;
            chunks = chunks[bytes..];
        }
    }

    /// <summary>Adds the rest of the input and gives the root. Ends the tree.</summary>
    /// <param name="mode">Key, flags and width.</param>
    /// <param name="rest">Less than a chunk; at most a chunk when it is all the input.</param>
    public Blake3Node Finish(in Blake3Mode mode, ReadOnlySpan<byte> rest)
    {
        if (ChunkCount == 0)
        {
            return Blake3Node.OfChunk(mode, rest, 0);
        }

        if (!rest.IsEmpty)
        {
            MakeRoom(mode);
            Blake3Node.OfChunk(mode, rest, ChunkCount).CopyValueTo(FreeLeaves);
            _leafCount++;
        }

        Span<byte> leaves = _leaves;
        Span<byte> children = stackalloc byte[Blake3Constants.BlockBytes];
        if (_subtreeCount == 0)
        {
            Blake3Levels.Merge(mode, leaves, _leafCount, downTo: 2);
            return Blake3Node.OfParent(mode, leaves);
        }

        Blake3Levels.Merge(mode, leaves, _leafCount, downTo: 1);
        leaves[..ValueBytes].CopyTo(children[ValueBytes..]);
        for (int at = _subtreeCount - 1; at > 0; at--)
        {
            Subtree(at).CopyTo(children);
            Blake3Node.OfParent(mode, children).CopyValueTo(children[ValueBytes..]);
        }

        Subtree(0).CopyTo(children);
        return Blake3Node.OfParent(mode, children);
    }

    /// <summary>Merges a full buffer of leaves. More input follows, so nothing merged here is the root.</summary>
    private void MakeRoom(in Blake3Mode mode)
    {
        if (_leafCount < LeavesMax)
        {
            return;
        }

        Span<byte> leaves = _leaves;
        Blake3Levels.Merge(mode, leaves, LeavesMax, downTo: 1);
        leaves[..ValueBytes].CopyTo(Subtree(_subtreeCount));
        _subtreeCount++;
        _leafCount = 0;
        _merged++;
        for (int merges = BitOperations.TrailingZeroCount(_merged); merges > 0; merges--)
        {
            _subtreeCount--;
            Span<byte> pair = ((Span<byte>)_subtrees).Slice((_subtreeCount - 1) * ValueBytes, 2 * ValueBytes);
            Blake3Many.HashParents(mode, pair, pair);
        }
    }

    [UnscopedRef]
    private Span<byte> Subtree(int index) => ((Span<byte>)_subtrees).Slice(index * ValueBytes, ValueBytes);

    [InlineArray(LeavesMax * ValueBytes)]
    private struct LeafBuffer
    {
        private byte _first;
    }

    [InlineArray((Blake3Constants.DepthMax + 1) * ValueBytes)]
    private struct SubtreeBuffer
    {
        private byte _first;
    }
}
