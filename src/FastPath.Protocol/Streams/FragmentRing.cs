using System.Numerics;
using FastPath.Buffers.Pooling;

namespace FastPath.Protocol.Streams;

/// <summary>Reordering buffer, retransmission buffer and hand-over to readers in one (decision D2).</summary>
/// <remarks>
/// Offsets are those of the whole payload. One thread writes; any number of cursors read. A block is rented when its first
/// byte comes and returned when every cursor has passed it, so an idle ring pins nothing. Bytes are published by the
/// volatile write of <see cref="Frontier"/>: a reader that sees it sees them. The first write of a byte wins; bytes at or
/// below the frontier change nothing (scenario R4).
/// <para>Blocks change hands on the writing thread alone, but for the last act: once the writing side has abandoned the ring,
/// whoever removes the last cursor gives everything back. So a reader never sees a block that is somebody else's.</para>
/// </remarks>
internal sealed partial class FragmentRing
{
    // A hole costs a range of 16 bytes; honest loss leaves one per lost datagram, a thirty-second of this bound.
    private const int BytesPerRange = 128;
    private const int RangesMin = 64;

    // A window that begins and ends inside blocks pins two of them in part.
    private const int PartialBlocks = 2;

    // A stream that says little never needs the table of its whole window, which may be several kilobytes.
    private const int SlotsFirst = 8;

    // Wide windows leave a quarter of the budget, so that streams which open later find the little that they need.
    private const int KeptFreePart = 4;

    private readonly PinnedSlabPool _pool;
    private readonly BufferHolder _holder;
    private readonly int _blockBytes;
    private readonly int _blockShift;
    private readonly RangeSet _above = new();
    private readonly Lock _cursorGate = new();
    private readonly List<RingCursor> _cursors = [];
    private volatile RingSlots _slots;
    private volatile RingCursor? _only;
    private long _reservedBytes;
    private long _frontier;
    private long _reclaimedTo;
    private long _finalSize = -1;
    private int _pinnedBlocks;
    private int _peakPinnedBlocks;
    private bool _isAbandoned;

    private FragmentRing(PinnedSlabPool pool, BufferHolder holder, long startOffset, long capacityBytes, long reservedBytes)
    {
        _pool = pool;
        _holder = holder;
        _blockBytes = pool.BlockBytes;
        _blockShift = BitOperations.Log2((uint)_blockBytes);
        _reservedBytes = reservedBytes;
        Capacity = capacityBytes;
        StartOffset = startOffset;
        _frontier = startOffset;
        _reclaimedTo = startOffset;
        HighestEnd = startOffset;
        _slots = new RingSlots(Math.Min(SlotsFirst, RingSlots.CountFor(capacityBytes, _blockBytes)), _blockBytes);
        Payload = new RingPayload(this);
    }

    public PinnedSlabPool Pool => _pool;

    /// <summary>What readers may have of it.</summary>
    public RingPayload Payload { get; }

    public long StartOffset { get; }

    /// <summary>Window above the slowest cursor, in bytes.</summary>
    public long Capacity { get; private set; }

    /// <summary>Every byte below has come.</summary>
    public long Frontier => Volatile.Read(ref _frontier);

    /// <summary>Every byte below was passed by all cursors.</summary>
    public long ReclaimedTo => Volatile.Read(ref _reclaimedTo);

    public long HighestEnd { get; private set; }

    /// <summary>-1 until known.</summary>
    public long FinalSize => Volatile.Read(ref _finalSize);

    public bool IsComplete => FinalSize >= 0 && Frontier == FinalSize;

    public long PinnedBytes => (long)Volatile.Read(ref _pinnedBlocks) * _blockBytes;

    public long PeakPinnedBytes => (long)Volatile.Read(ref _peakPinnedBlocks) * _blockBytes;

    /// <summary>What has come above the frontier.</summary>
    public RangeSet HeldAbove => _above;

    /// <summary>Bytes that wait above a hole.</summary>
    public long ReorderedBytes { get; private set; }

    public long PeakReorderedBytes { get; private set; }

    /// <summary>What the window leaves free; only the writing thread may ask.</summary>
    public long FreeBytes => _reclaimedTo + Capacity - HighestEnd;

    /// <param name="pool">Where blocks come from; the window is reserved in it.</param>
    /// <param name="holder">Who the pool is told holds them.</param>
    /// <param name="startOffset">First byte that will come.</param>
    /// <param name="capacityBytes">Window above the slowest cursor.</param>
    /// <returns>Null when the budget has no room for the window.</returns>
    public static FragmentRing? TryCreate(PinnedSlabPool pool, BufferHolder holder, long startOffset, long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityBytes);
        long reserved = capacityBytes + (PartialBlocks * pool.BlockBytes);
        return pool.TryReserve(reserved) ? new FragmentRing(pool, holder, startOffset, capacityBytes, reserved) : null;
    }

    /// <summary>Widens the window as far as the budget allows; what was granted is never taken back.</summary>
    public bool TryGrow(long capacityBytes)
    {
        long more = capacityBytes - Capacity;
        if (more <= 0 || !_pool.TryReserve(more, _pool.BudgetBytes / KeptFreePart))
        {
            return false;
        }

        _reservedBytes += more;
        Capacity = capacityBytes;
        return true;
    }

    /// <returns>False when it contradicts an earlier one or bytes that have come.</returns>
    public bool TrySetFinalSize(long finalSize)
    {
        if (_finalSize >= 0 || finalSize < HighestEnd)
        {
            return _finalSize == finalSize;
        }

        Volatile.Write(ref _finalSize, finalSize);
        return true;
    }

    /// <param name="offset">Where the bytes belong.</param>
    /// <param name="bytes">Copied; never referenced afterwards.</param>
    /// <param name="newBytes">How many of them had not come before.</param>
    public RingWriteResult Write(long offset, ReadOnlySpan<byte> bytes, out long newBytes)
    {
        long end = offset + bytes.Length;
        newBytes = 0;
        if (FinalSize is var finalSize && finalSize >= 0 && end > finalSize)
        {
            return RingWriteResult.BeyondFinalSize;
        }

        if (end > _reclaimedTo + Capacity)
        {
            return RingWriteResult.BeyondWindow;
        }

        if (offset == _frontier && end > offset && _above.IsEmpty)
        {
            // In order: no range need be kept.
            if (!TryRentBlocks(offset, end))
            {
                return RingWriteResult.PoolExhausted;
            }

            CopyIn(offset, bytes);
            newBytes = bytes.Length;
            HighestEnd = Math.Max(HighestEnd, end);
            Volatile.Write(ref _frontier, end);
            return RingWriteResult.Stored;
        }

        return WriteAmongOthers(offset, bytes, end, out newBytes);
    }

    /// <summary>Bytes that overlap, or leave or meet a hole.</summary>
    private RingWriteResult WriteAmongOthers(long offset, ReadOnlySpan<byte> bytes, long end, out long newBytes)
    {
        bool mayBeNew = offset >= _frontier && end > offset && _above.Count < RangesMax;
        if (mayBeNew && TryRentBlocks(offset, end) && TryWriteWhole(offset, bytes, end))
        {
            newBytes = bytes.Length;
            return RingWriteResult.Stored;
        }

        newBytes = 0;
        long start = Math.Max(offset, _frontier);
        if (start >= end || _above.Contains(start, end))
        {
            return RingWriteResult.Duplicate;
        }

        if (_above.Count >= RangesMax && start > _frontier)
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

        PeakReorderedBytes = Math.Max(PeakReorderedBytes, ReorderedBytes);
        return RingWriteResult.Stored;
    }

    /// <summary>Bytes of which none has come: what loss and reordering leave, nearly always.</summary>
    private bool TryWriteWhole(long offset, ReadOnlySpan<byte> bytes, long end)
    {
        if (offset > _frontier)
        {
            if (!_above.TryAddNew(offset, end))
            {
                return false;
            }

            CopyIn(offset, bytes);
            HighestEnd = Math.Max(HighestEnd, end);
            ReorderedBytes += bytes.Length;
            PeakReorderedBytes = Math.Max(PeakReorderedBytes, ReorderedBytes);
            return true;
        }

        (long nextStart, long nextEnd) = _above[0];
        if (end > nextStart)
        {
            return false;
        }

        CopyIn(offset, bytes);
        if (end == nextStart)
        {
            _above.RemoveFirst();
            ReorderedBytes -= nextEnd - nextStart;
            end = nextEnd;
        }

        Volatile.Write(ref _frontier, end);
        return true;
    }

    /// <summary>Where the next bytes in order may be written in place: some of one block, empty when the window is full.</summary>
    /// <remarks>For a writer that writes in order and alone; <see cref="CommitInPlace"/> makes the bytes readable.</remarks>
    public Memory<byte> GetSpace()
    {
        long free = FreeBytes;
        if (free <= 0 || !TryRentBlocks(_frontier, _frontier + 1))
        {
            return default;
        }

        int inBlock = InBlock(_frontier);
        return _slots.Memory(_slots.IndexOf(_frontier)).Slice(inBlock, (int)Math.Min(free, _blockBytes - inBlock));
    }

    public void CommitInPlace(int length)
    {
        HighestEnd += length;
        Volatile.Write(ref _frontier, _frontier + length);
    }

    /// <summary>Bytes at a position up to the limit, as far as they lie in one block.</summary>
    /// <param name="position">Not below <see cref="ReclaimedTo"/>.</param>
    /// <param name="limit">Not above <see cref="Frontier"/>, or inside a range that has come.</param>
    public ReadOnlyMemory<byte> Peek(long position, long limit)
    {
        int inBlock = InBlock(position);
        int length = (int)Math.Min(limit - position, _blockBytes - inBlock);
        RingSlots slots = _slots;
        return slots.Memory(slots.IndexOf(position)).Slice(inBlock, length);
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

    private int RangesMax => (int)Math.Max(RangesMin, Capacity / BytesPerRange);

    private int InBlock(long position) => (int)position & (_blockBytes - 1);

    private bool TryRentBlocks(long start, long end)
    {
        long first = _reclaimedTo >> _blockShift;
        if ((end >> _blockShift) - first >= _slots.Count)
        {
            GrowSlots(first);
        }

        for (long block = start >> _blockShift; block * _blockBytes < end; block++)
        {
            int index = _slots.IndexOf(block * _blockBytes);
            if (!_slots.IsEmpty(index))
            {
                continue;
            }

            if (!_pool.TryRent(_holder, out SlabBlock rented))
            {
                return false;
            }

            _slots.Set(index, rented, _pool.AsMemory(rented));
            _pinnedBlocks++;
            _peakPinnedBlocks = Math.Max(_peakPinnedBlocks, _pinnedBlocks);
        }

        return true;
    }

    /// <summary>Makes room for every block of the window.</summary>
    private void GrowSlots(long firstBlock)
    {
        var larger = new RingSlots(RingSlots.CountFor(Capacity, _blockBytes), _blockBytes);
        for (long block = firstBlock; block < firstBlock + _slots.Count; block++)
        {
            int from = _slots.IndexOf(block * _blockBytes);
            larger.Set(larger.IndexOf(block * _blockBytes), _slots.Block(from), _slots.Memory(from));
        }

        _slots = larger;
    }

    /// <summary>Copies what is not there yet, so that the first write of a byte wins.</summary>
    private void CopyNew(long start, long end, ReadOnlySpan<byte> bytes)
    {
        long position = start;
        while (_above.TryFindGap(position, end, out long gapStart, out long gapEnd))
        {
            CopyIn(gapStart, bytes.Slice((int)(gapStart - start), (int)(gapEnd - gapStart)));
            position = gapEnd;
        }
    }

    private void CopyIn(long position, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int inBlock = InBlock(position);
            int length = Math.Min(bytes.Length, _blockBytes - inBlock);
            bytes[..length].CopyTo(_slots.Memory(_slots.IndexOf(position)).Span[inBlock..]);
            bytes = bytes[length..];
            position += length;
        }
    }

    private void ReturnSlot(int index)
    {
        if (_slots.IsEmpty(index))
        {
            return;
        }

        SlabBlock block = _slots.Block(index);
        bool isLent = false;
        if (_loans.Count == 0)
        {
            _slots.Set(index, default, default);
        }
        else
        {
            // In one step: whoever ends the loan meanwhile finds the block in the ring, or returns it.
            lock (_cursorGate)
            {
                isLent = IsLent(block);
                _slots.Set(index, default, default);
            }
        }

        _pinnedBlocks--;
        if (!isLent)
        {
            _pool.Return(block, _holder);
        }
    }
}
