namespace FastPath.Protocol.Streams;

/// <summary>Readers of the ring, and what goes back to the pool once all of them have passed it.</summary>
internal sealed partial class FragmentRing
{
    // What a writer that waits is woken for: this part of the window, or so many bytes.
    private const int WorthwhilePart = 4;
    private const long WorthwhileBytes = 256 * 1_024;

    /// <returns>Null when bytes above the start, or all of them, were given back already: the reader comes too late (scenario R8).</returns>
    public RingCursor? TryAddCursor()
    {
        lock (_cursorGate)
        {
            if (_reclaimedTo > StartOffset || (_isAbandoned && _cursors.Count == 0))
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
            EndLoans(cursor);
            TakeOff(cursor);
        }
    }

    /// <summary>The writing side is done, for good or ill: everything goes back as soon as no cursor is left.</summary>
    public void Abandon()
    {
        lock (_cursorGate)
        {
            if (!_isAbandoned && _cursors.Count == 0)
            {
                ReleaseAll();
            }

            _isAbandoned = true;
        }
    }

    /// <summary>Cursors have passed a good part of the window, or everything that was written; any thread may ask.</summary>
    public bool IsWorthReclaiming
    {
        get
        {
            long passed;
            lock (_cursorGate)
            {
                passed = PassedByAll();
            }

            return passed == Frontier || passed - ReclaimedTo >= Math.Min(WorthwhileBytes, Capacity / WorthwhilePart);
        }
    }

    /// <summary>Gives back what every cursor has passed.</summary>
    /// <returns>The new <see cref="ReclaimedTo"/>.</returns>
    public long Reclaim()
    {
        lock (_cursorGate)
        {
            long passed = PassedByAll();
            long block = _reclaimedTo >> _blockShift;
            for (; (block + 1) * _blockBytes <= passed; block++)
            {
                ReturnSlot(_slots.IndexOf(block * _blockBytes));
            }

            if (passed == HighestEnd && InBlock(passed) != 0 && passed > _reclaimedTo)
            {
                // Nothing beyond has come: the half-filled block need not wait. A later byte rents another.
                ReturnSlot(_slots.IndexOf(passed));
            }

            Volatile.Write(ref _reclaimedTo, Math.Max(_reclaimedTo, passed));
            return _reclaimedTo;
        }
    }

    private void TakeOff(RingCursor cursor)
    {
        if (_cursors.Remove(cursor) && _cursors.Count == 0 && _isAbandoned)
        {
            ReleaseAll();
        }
    }

    private long PassedByAll()
    {
        long passed = Frontier;
        foreach (RingCursor cursor in _cursors)
        {
            passed = Math.Min(passed, cursor.Position);
        }

        return passed;
    }

    private void ReleaseAll()
    {
        for (int index = 0; index < _slots.Count; index++)
        {
            ReturnSlot(index);
        }

        _pool.Unreserve(_reservedBytes);
        _reservedBytes = 0;
    }
}
