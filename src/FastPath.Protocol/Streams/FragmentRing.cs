using FastPath.Buffers.Pooling;

namespace FastPath.Protocol.Streams;

/// <summary>Reordering buffer, retransmission buffer and hand-over to readers in one (decision D2).</summary>
/// <remarks>
/// Offsets are those of the whole payload. One thread writes; any number of cursors read. A block is rented when its first
/// byte comes and returned when every cursor has passed it, so an idle ring pins nothing. Bytes are published by the
/// volatile write of <see cref="Frontier"/>: a reader that sees it sees them. The first write of a byte wins; bytes at or
/// below the frontier change nothing (scenario R4).
/// </remarks>
internal sealed class FragmentRing
{
    // A hole costs a range of 16 bytes; honest loss leaves one per lost datagram, a thirty-second of this bound.
    private const int BytesPerRange = 128;
    private const int RangesMin = 64;

    private readonly PinnedSlabPool _pool;
    private readonly BufferHolder _holder;
    private readonly int _blockBytes;
    private readonly RangeSet _above = new();
    private readonly Lock _cursorGate = new();
    private readonly List<RingCursor> _cursors = [];
    private readonly SlabBlock[] _blocks;
    private readonly Memory<byte>[] _memory;
    private readonly int _rangesMax;
    private long _frontier;
    private long _reclaimedTo;
    private int _pinnedBlocks;

    /// <param name="pool">Where blocks come from.</param>
    /// <param name="holder">Who the pool is told holds them.</param>
    /// <param name="startOffset">First byte that will come.</param>
    /// <param name="capacityBytes">Window above the slowest cursor.</param>
    public FragmentRing(PinnedSlabPool pool, BufferHolder holder, long startOffset, long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityBytes);
        _pool = pool;
        _holder = holder;
        _blockBytes = pool.BlockBytes;
        Capacity = capacityBytes;
        StartOffset = startOffset;
        _frontier = startOffset;
        _reclaimedTo = startOffset;
        HighestEnd = startOffset;

        // A window that begins inside a block reaches into one block more than its length needs.
        int slots = (int)((capacityBytes + _blockBytes - 1) / _blockBytes) + 1;
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)slots);
        _blocks = new SlabBlock[size];
        _memory = new Memory<byte>[size];
        _rangesMax = (int)Math.Max(RangesMin, capacityBytes / BytesPerRange);
    }

    public long StartOffset { get; }

    public long Capacity { get; }

    /// <summary>Every byte below has come.</summary>
    public long Frontier => Volatile.Read(ref _frontier);

    /// <summary>Every byte below was passed by all cursors.</summary>
    public long ReclaimedTo => Volatile.Read(ref _reclaimedTo);

    public long HighestEnd { get; private set; }

    /// <summary>-1 until known.</summary>
    public long FinalSize { get; private set; } = -1;

    public bool IsComplete => FinalSize >= 0 && Frontier == FinalSize;

    public long PinnedBytes => (long)Volatile.Read(ref _pinnedBlocks) * _blockBytes;

    /// <summary>Bytes that wait above a hole.</summary>
    public long ReorderedBytes { get; private set; }

    /// <returns>False when it contradicts an earlier one or bytes that have come.</returns>
    public bool TrySetFinalSize(long finalSize)
    {
        if (FinalSize >= 0 || finalSize < HighestEnd)
        {
            return FinalSize == finalSize;
        }

        FinalSize = finalSize;
        return true;
    }

    /// <param name="offset">Where the bytes belong.</param>
    /// <param name="bytes">Copied; never referenced afterwards.</param>
    /// <param name="newBytes">How many of them had not come before.</param>
    public RingWriteResult Write(long offset, ReadOnlySpan<byte> bytes, out long newBytes)
    {
        newBytes = 0;
        long end = offset + bytes.Length;
        if (FinalSize >= 0 && end > FinalSize)
        {
            return RingWriteResult.BeyondFinalSize;
        }

        if (end > _reclaimedTo + Capacity)
        {
            return RingWriteResult.BeyondWindow;
        }

        long start = Math.Max(offset, _frontier);
        if (start >= end || _above.Contains(start, end))
        {
            return RingWriteResult.Duplicate;
        }

        if (_above.Count >= _rangesMax && start > _frontier)
        {
            return RingWriteResult.TooFragmented;
        }

        if (!TryRentBlocks(start, end))
        {
            return RingWriteResult.PoolExhausted;
        }

        CopyNew(start, end, bytes[(int)(start - offset)..]);
        newBytes = _above.Add(start, end);
        HighestEnd = Math.Max(HighestEnd, end);
        ReorderedBytes += newBytes;
        if (_above[0].Start == _frontier)
        {
            (long from, long to) = _above[0];
            _above.Remove(from, to);
            ReorderedBytes -= to - from;
            Volatile.Write(ref _frontier, to);
        }

        return RingWriteResult.Stored;
    }

    /// <summary>Bytes at a position up to the limit, as far as they lie in one block.</summary>
    /// <param name="position">Not below <see cref="ReclaimedTo"/>.</param>
    /// <param name="limit">Not above <see cref="Frontier"/>, or inside a range that has come.</param>
    public ReadOnlyMemory<byte> Peek(long position, long limit)
    {
        int inBlock = (int)(position % _blockBytes);
        int length = (int)Math.Min(limit - position, _blockBytes - inBlock);
        return _memory[Slot(position)].Slice(inBlock, length);
    }

    /// <summary>Copies bytes that have come, across blocks.</summary>
    public void CopyTo(long position, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlyMemory<byte> part = Peek(position, position + destination.Length);
            part.Span.CopyTo(destination);
            destination = destination[part.Length..];
            position += part.Length;
        }
    }

    /// <returns>Null when bytes above the start were given back already: the reader comes too late (scenario R8).</returns>
    public RingCursor? TryAddCursor()
    {
        lock (_cursorGate)
        {
            if (_reclaimedTo > StartOffset)
            {
                return null;
            }

            var cursor = new RingCursor(StartOffset);
            _cursors.Add(cursor);
            return cursor;
        }
    }

    public void RemoveCursor(RingCursor cursor)
    {
        lock (_cursorGate)
        {
            _cursors.Remove(cursor);
        }
    }

    /// <summary>Gives back what every cursor has passed.</summary>
    /// <returns>The new <see cref="ReclaimedTo"/>.</returns>
    public long Reclaim()
    {
        lock (_cursorGate)
        {
            long passed = _frontier;
            foreach (RingCursor cursor in _cursors)
            {
                passed = Math.Min(passed, cursor.Position);
            }

            long block = _reclaimedTo / _blockBytes;
            for (; (block + 1) * _blockBytes <= passed; block++)
            {
                ReturnSlot((int)(block & (_blocks.Length - 1)));
            }

            if (passed == HighestEnd && passed % _blockBytes != 0 && passed > _reclaimedTo)
            {
                // Nothing beyond has come: the half-filled block need not wait. A later byte rents another.
                ReturnSlot(Slot(passed));
            }

            Volatile.Write(ref _reclaimedTo, Math.Max(_reclaimedTo, passed));
            return _reclaimedTo;
        }
    }

    /// <summary>Returns every block, whoever still reads: the stream is over.</summary>
    public void ReleaseAll()
    {
        for (int slot = 0; slot < _blocks.Length; slot++)
        {
            ReturnSlot(slot);
        }
    }

    private int Slot(long position) => (int)((position / _blockBytes) & (_blocks.Length - 1));

    private bool TryRentBlocks(long start, long end)
    {
        for (long block = start / _blockBytes; block * _blockBytes < end; block++)
        {
            int slot = (int)(block & (_blocks.Length - 1));
            if (!_blocks[slot].IsNone)
            {
                continue;
            }

            if (!_pool.TryRent(_holder, out _blocks[slot]))
            {
                return false;
            }

            _memory[slot] = _pool.AsMemory(_blocks[slot]);
            _pinnedBlocks++;
        }

        return true;
    }

    /// <summary>Copies what is not there yet, so that the first write of a byte wins.</summary>
    private void CopyNew(long start, long end, ReadOnlySpan<byte> bytes)
    {
        long position = start;
        for (int i = 0; i < _above.Count && _above[i].Start < end; i++)
        {
            (long haveStart, long haveEnd) = _above[i];
            if (haveEnd <= position)
            {
                continue;
            }

            CopyIn(position, bytes.Slice((int)(position - start), (int)Math.Max(0, haveStart - position)));
            position = Math.Min(haveEnd, end);
        }

        CopyIn(position, bytes[(int)(position - start)..]);
    }

    private void CopyIn(long position, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int inBlock = (int)(position % _blockBytes);
            int length = Math.Min(bytes.Length, _blockBytes - inBlock);
            bytes[..length].CopyTo(_memory[Slot(position)].Span[inBlock..]);
            bytes = bytes[length..];
            position += length;
        }
    }

    private void ReturnSlot(int slot)
    {
        if (_blocks[slot].IsNone)
        {
            return;
        }

        _pool.Return(_blocks[slot], _holder);
        _blocks[slot] = default;
        _memory[slot] = default;
        _pinnedBlocks--;
    }
}
