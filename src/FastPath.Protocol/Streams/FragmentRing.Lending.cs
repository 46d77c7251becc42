using FastPath.Buffers.Pooling;

namespace FastPath.Protocol.Streams;

/// <summary>Blocks that a reader still looks at after the ring has gone on without it.</summary>
/// <remarks>
/// The ring and its other readers are no longer held up; what the one left behind has in hand is returned to nobody until it
/// lets go. That is reserved apart, so that credit stays backed by memory.
/// </remarks>
internal sealed partial class FragmentRing
{
    private readonly List<Loan> _loans = [];

    /// <summary>Goes on without a reader that does not come back from what it does; on the writing thread.</summary>
    /// <param name="cursor">Does not hold the window any more. <see cref="RemoveCursor"/> ends the loan.</param>
    /// <param name="start">First byte that it looks at.</param>
    /// <param name="end">Behind the last one; the start when there is none.</param>
    /// <returns>False when the budget has no room for the loan: nothing was changed.</returns>
    public bool TryLeaveBehind(RingCursor cursor, long start, long end)
    {
        lock (_cursorGate)
        {
            long blocks = start < end ? ((end - 1) >> _blockShift) - (start >> _blockShift) + 1 : 0;
            if (!_cursors.Contains(cursor) || !_pool.TryReserve(blocks * _blockBytes))
            {
                return false;
            }

            for (long block = start >> _blockShift; blocks > 0; block++, blocks--)
            {
                _loans.Add(new Loan(cursor, _slots.Block(_slots.IndexOf(block * _blockBytes))));
            }

            TakeOff(cursor);
            return true;
        }
    }

    /// <summary>Under the lock.</summary>
    private bool IsLent(SlabBlock block) => _loans.Exists(loan => loan.Block == block);

    /// <summary>A block that has left the ring is returned with its last loan.</summary>
    private void EndLoans(RingCursor cursor)
    {
        for (int i = _loans.Count - 1; i >= 0; i--)
        {
            Loan loan = _loans[i];
            if (loan.Cursor != cursor)
            {
                continue;
            }

            _loans.RemoveAt(i);
            _pool.Unreserve(_blockBytes);
            if (!IsLent(loan.Block) && !IsInRing(loan.Block))
            {
                _pool.Return(loan.Block, _holder);
            }
        }
    }

    private bool IsInRing(SlabBlock block)
    {
        for (int index = 0; index < _slots.Count; index++)
        {
            if (_slots.Block(index) == block)
            {
                return true;
            }
        }

        return false;
    }

    private readonly record struct Loan(RingCursor Cursor, SlabBlock Block);
}
