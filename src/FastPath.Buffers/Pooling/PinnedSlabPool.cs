using System.Diagnostics;
using System.Numerics;

namespace FastPath.Buffers.Pooling;

/// <summary>Blocks of one size cut from pinned slabs, with a hard budget and a count by holder.</summary>
/// <remarks>
/// Slabs are made when first needed and kept. Renting and returning allocate nothing once the slabs exist, and may happen
/// on any thread. A block has one holder; returning it twice, or for another holder, throws.
/// </remarks>
internal sealed class PinnedSlabPool
{
    public const int DefaultBlockBytes = 8 * 1_024;
    private const int BlocksPerSlab = 64;

    private readonly Lock _gate = new();
    private readonly int _blocksMax;
    private readonly List<byte[]> _slabs = [];
    private readonly Stack<int> _free = new();
    private readonly List<State> _states = [];
    private readonly int[] _heldBy = new int[Enum.GetValues<BufferHolder>().Length];
    private long _reservedBytes;
    private int _rented;
    private int _rentedPeak;

    /// <param name="budgetBytes">Never exceeded; rounded down to whole blocks.</param>
    /// <param name="blockBytes">Size of every block: a power of two, so that rings find a place without a division.</param>
    public PinnedSlabPool(long budgetBytes, int blockBytes = DefaultBlockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budgetBytes, blockBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(BitOperations.IsPow2(blockBytes), true, nameof(blockBytes));
        BlockBytes = blockBytes;
        _blocksMax = (int)Math.Min(budgetBytes / blockBytes, int.MaxValue);
    }

    public int BlockBytes { get; }

    /// <summary>The hard limit.</summary>
    public long BudgetBytes => (long)_blocksMax * BlockBytes;

    /// <summary>Memory that was ever needed, and is kept.</summary>
    public long SlabBytes
    {
        get
        {
            lock (_gate)
            {
                return (long)_states.Count * BlockBytes;
            }
        }
    }

    public long RentedBytes => (long)Volatile.Read(ref _rented) * BlockBytes;

    public long PeakRentedBytes => (long)Volatile.Read(ref _rentedPeak) * BlockBytes;

    /// <summary>Starts the peak anew, so that one transfer can be measured.</summary>
    public void ResetPeak()
    {
        lock (_gate)
        {
            _rentedPeak = _rented;
        }
    }

    public long RentedBytesOf(BufferHolder holder) => (long)Volatile.Read(ref _heldBy[(int)holder]) * BlockBytes;

    /// <summary>Memory promised to peers as credit, and to writers as space.</summary>
    public long ReservedBytes => Volatile.Read(ref _reservedBytes);

    /// <summary>Sets memory aside, so that renting it later cannot fail (decision D2: credit is granted for nothing else).</summary>
    /// <param name="keptFreeBytes">Must be left for others: who wants more than the least it needs never takes the last of it.</param>
    public bool TryReserve(long bytes, long keptFreeBytes = 0)
    {
        lock (_gate)
        {
            if (_reservedBytes + bytes + keptFreeBytes > BudgetBytes)
            {
                return false;
            }

            _reservedBytes += bytes;
            return true;
        }
    }

    public void Unreserve(long bytes)
    {
        lock (_gate)
        {
            if (bytes > _reservedBytes)
            {
                throw new InvalidOperationException($"{bytes} bytes given back, {_reservedBytes} are reserved.");
            }

            _reservedBytes -= bytes;
        }
    }

    /// <summary>False when the budget is used up: slow down or refuse, never grow.</summary>
    public bool TryRent(BufferHolder holder, out SlabBlock block)
    {
        Debug.Assert(holder != BufferHolder.None);
        lock (_gate)
        {
            if (_free.Count == 0 && !TryAddSlab())
            {
                block = default;
                return false;
            }

            int number = _free.Pop();
            int generation = _states[number].Generation + 1;
            _states[number] = new State(holder, generation);
            _heldBy[(int)holder]++;
            _rented++;
            _rentedPeak = Math.Max(_rentedPeak, _rented);
            block = new SlabBlock(number, generation);
            return true;
        }
    }

    /// <exception cref="InvalidOperationException">The block is not held by <paramref name="from"/>: a double return.</exception>
    public void Return(SlabBlock block, BufferHolder from)
    {
        lock (_gate)
        {
            Require(block, from);
            _states[block.Number] = new State(BufferHolder.None, block.Generation);
            _heldBy[(int)from]--;
            _rented--;
            _free.Push(block.Number);
        }
    }

    /// <summary>The block's bytes, for as long as it is held.</summary>
    public Memory<byte> AsMemory(SlabBlock block)
    {
        lock (_gate)
        {
            State state = _states[block.Number];
            if (state.Holder == BufferHolder.None || state.Generation != block.Generation)
            {
                throw new InvalidOperationException($"Block {block.Number} is used after it was returned.");
            }

            byte[] slab = _slabs[block.Number / BlocksPerSlab];
            return slab.AsMemory(block.Number % BlocksPerSlab * BlockBytes, BlockBytes);
        }
    }

    private bool TryAddSlab()
    {
        int first = _states.Count;
        int count = Math.Min(BlocksPerSlab, _blocksMax - first);
        if (count <= 0)
        {
            return false;
        }

        _slabs.Add(GC.AllocateUninitializedArray<byte>(count * BlockBytes, pinned: true));
        _free.EnsureCapacity(first + count);
        for (int number = first + count - 1; number >= first; number--)
        {
            _states.Add(default);
            _free.Push(number);
        }

        return true;
    }

    private void Require(SlabBlock block, BufferHolder holder)
    {
        State state = _states[block.Number];
        if (block.IsNone || state.Holder != holder || state.Generation != block.Generation)
        {
            throw new InvalidOperationException(
                $"Block {block.Number} is held by {state.Holder}, not by {holder}: returned twice or by another holder.");
        }
    }

    private readonly record struct State(BufferHolder Holder, int Generation);
}
