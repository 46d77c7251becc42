using System.Buffers;
using FastPath.Buffers.Pooling;

namespace FastPath.Streams;

/// <summary>A whole payload in pooled blocks, charged to the node's budget until disposed.</summary>
/// <remarks>Filled by one thread; the sequence must not be used after Dispose.</remarks>
public sealed class PooledPayload : IDisposable
{
    private readonly PinnedSlabPool _pool;
    private readonly List<SlabBlock> _blocks = [];
    private readonly List<Memory<byte>> _memory = [];
    private bool _isDisposed;

    internal PooledPayload(PinnedSlabPool pool) => _pool = pool;

    /// <summary>Bytes.</summary>
    public long Length { get; private set; }

    /// <summary>The payload, as segments of one block each.</summary>
    public ReadOnlySequence<byte> Sequence
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Segment? first = null;
            Segment? last = null;
            for (int i = 0; i < _memory.Count; i++)
            {
                long start = (long)i * _pool.BlockBytes;
                last = new Segment(_memory[i][..(int)Math.Min(_pool.BlockBytes, Length - start)], start, last);
                first ??= last;
            }

            return first is null ? default : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        foreach (SlabBlock block in _blocks)
        {
            _pool.Return(block, BufferHolder.Assembly);
        }

        _pool.Unreserve((long)_blocks.Count * _pool.BlockBytes);
    }

    /// <returns>False when the budget is used up; what was appended before stays.</returns>
    internal bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int inBlock = (int)(Length % _pool.BlockBytes);
            if (inBlock == 0 && !TryAddBlock())
            {
                return false;
            }

            int count = Math.Min(bytes.Length, _pool.BlockBytes - inBlock);
            bytes[..count].CopyTo(_memory[^1].Span[inBlock..]);
            bytes = bytes[count..];
            Length += count;
        }

        return true;
    }

    internal void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int inBlock = (int)(offset % _pool.BlockBytes);
            int count = Math.Min(destination.Length, _pool.BlockBytes - inBlock);
            _memory[(int)(offset / _pool.BlockBytes)].Span.Slice(inBlock, count).CopyTo(destination);
            destination = destination[count..];
            offset += count;
        }
    }

    private bool TryAddBlock()
    {
        if (!_pool.TryReserve(_pool.BlockBytes))
        {
            return false;
        }

        if (!_pool.TryRent(BufferHolder.Assembly, out SlabBlock block))
        {
            _pool.Unreserve(_pool.BlockBytes);
            return false;
        }

        _blocks.Add(block);
        _memory.Add(_pool.AsMemory(block));
        return true;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start, Segment? before)
        {
            Memory = memory;
            RunningIndex = start;
            before?.Next = this;
        }
    }
}
