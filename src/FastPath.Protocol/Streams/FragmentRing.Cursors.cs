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
            NoteOnly();
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
            long passed = Passed();
            return passed == Frontier || passed - ReclaimedTo >= Math.Min(WorthwhileBytes, Capacity / WorthwhilePart);
        }
    }

    /// <summary>Gives back what every cursor has passed, in whole blocks: a half-filled one is for the next bytes.</summary>
    /// <returns>The new <see cref="ReclaimedTo"/>.</returns>
    public long Reclaim()
    {
        if (_reclaimedTo > StartOffset && !_isAbandoned)
        {
            // No cursor comes any more, so what all have passed only grows, and nobody else gives blocks back.
            return ReclaimTo(Passed());
        }

        lock (_cursorGate)
        {
            return ReclaimTo(PassedByAll());
        }
    }

    /// <summary>The half-filled block too, when every cursor has passed all that came: an idle ring pins nothing.</summary>
    /// <returns>The new <see cref="ReclaimedTo"/>.</returns>
    public long ReclaimIdle()
    {
        lock (_cursorGate)
        {
            long passed = ReclaimTo(PassedByAll());
            if (passed == HighestEnd)
            {
                ReturnHalfFilled(passed);
            }

            return passed;
        }
    }

    private long ReclaimTo(long passed)
    {
        passed = Math.Max(_reclaimedTo, passed);
        for (long block = _reclaimedTo >> _blockShift; block < passed >> _blockShift; block++)
        {
            ReturnSlot(_slots.IndexOf(block * _blockBytes));
        }

        Volatile.Write(ref _reclaimedTo, passed);
        if (passed == FinalSize)
        {
            ReturnHalfFilled(passed);
        }

        return passed;
    }

    private void ReturnHalfFilled(long end)
    {
        if (InBlock(end) != 0)
        {
            // A later byte rents another.
            ReturnSlot(_slots.IndexOf(end));
        }
    }

    private void NoteOnly() => _only = _cursors.Count == 1 ? _cursors[0] : null;

    /// <summary>Asked for every packet: the one reader that most rings have is looked at without the lock.</summary>
    private long Passed()
    {
        if (_only is { } only)
        {
            return Math.Min(Frontier, only.Position);
        }

        lock (_cursorGate)
        {
            return PassedByAll();
        }
    }

    private void TakeOff(RingCursor cursor)
    {
        bool wasThere = _cursors.Remove(cursor);
        NoteOnly();
        if (wasThere && _cursors.Count == 0 && _isAbandoned)
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
