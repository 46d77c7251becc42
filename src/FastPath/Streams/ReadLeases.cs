using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>What one reader holds of a ring: a lease for everything given out, and the cursor at the lowest byte still held.</summary>
/// <remarks>
/// Leases are given out in order and come back in any order, on any thread. Warm use allocates nothing. The cursor must be
/// taken off the ring when <see cref="Close"/>, <see cref="EndRead"/> or <see cref="Release"/> says so: exactly one of them does.
/// </remarks>
internal sealed class ReadLeases(RingCursor cursor)
{
    private const int InitialCapacity = 4;
    private const long None = -1;

    private readonly Lock _gate = new();
    private (long Start, bool IsReleased)[] _entries = new (long, bool)[InitialCapacity];
    private long _first;
    private long _next;
    private long _position = cursor.Position;
    private long _reported = cursor.Position;
    private long _implicit = None;
    private bool _isReading;
    private bool _isClosed;

    /// <summary>Where the next byte to be given out belongs.</summary>
    public long Position => Volatile.Read(ref _position);

    public bool IsClosed => Volatile.Read(ref _isClosed);

    public RingCursor Cursor => cursor;

    /// <summary>A read begins: what the last plain read gave out comes back.</summary>
    /// <exception cref="ObjectDisposedException">Closed.</exception>
    /// <exception cref="InvalidOperationException">Another read is under way.</exception>
    public void BeginRead()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(StreamHandle));
            if (_isReading)
            {
                throw new InvalidOperationException("Another read of this handle is under way: one at a time, or fork it.");
            }

            _isReading = true;
            if (_implicit != None)
            {
                SetReleased(_implicit);
                _implicit = None;
            }
        }
    }

    /// <returns>Whether the cursor is to be taken off the ring now.</returns>
    public bool EndRead()
    {
        lock (_gate)
        {
            _isReading = false;
            return _isClosed && _first == _next;
        }
    }

    /// <summary>Gives the next bytes out, by a reader inside <see cref="BeginRead"/> and <see cref="EndRead"/>.</summary>
    /// <param name="length">Bytes; 0 holds what follows without moving on.</param>
    /// <param name="isImplicit">Comes back at the next read, or when closed.</param>
    /// <returns>The lease.</returns>
    public long Take(long length, bool isImplicit)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(StreamHandle));
            if (_next - _first == _entries.Length)
            {
                Grow();
            }

            _entries[Index(_next)] = (_position, false);
            _position += length;
            _implicit = isImplicit ? _next : _implicit;
            return _next++;
        }
    }

    /// <summary>Moves on to an offset above the position, below which nothing more is given out.</summary>
    public void MoveTo(long offset)
    {
        lock (_gate)
        {
            _position = offset;
        }
    }

    /// <returns>Whether the cursor is to be taken off the ring now.</returns>
    /// <exception cref="InvalidOperationException">The lease came back already.</exception>
    public bool Release(long lease)
    {
        lock (_gate)
        {
            if (lease < _first || lease >= _next || _entries[Index(lease)].IsReleased)
            {
                throw new InvalidOperationException("These bytes were released already.");
            }

            SetReleased(lease);
            return _isClosed && !_isReading && _first == _next;
        }
    }

    /// <summary>No read begins from here on; explicit leases stay until they come back.</summary>
    /// <param name="mustRemove">Whether the cursor is to be taken off the ring now; also of one that was left behind and comes back.</param>
    /// <returns>False when it was closed before.</returns>
    public bool Close(out bool mustRemove)
    {
        lock (_gate)
        {
            bool wasClosed = _isClosed;
            _isClosed = true;
            bool wasHeld = _implicit != None;
            if (wasHeld)
            {
                SetReleased(_implicit);
                _implicit = None;
            }

            mustRemove = (!wasClosed || wasHeld) && !_isReading && _first == _next;
            return !wasClosed;
        }
    }

    /// <summary>
    /// No read begins from here on, and the ring goes on at once; what was given out stays the reader's until it comes back,
    /// by <see cref="Close"/> or <see cref="Release"/>. On the thread that writes the ring.
    /// </summary>
    /// <returns>False when it was closed before, is inside a read, from which it comes back by itself, or there is no budget for it.</returns>
    public bool TryLeaveBehind(FragmentRing ring)
    {
        lock (_gate)
        {
            long start = _first < _next ? _entries[Index(_first)].Start : _position;
            if (_isClosed || _isReading || !ring.TryLeaveBehind(cursor, start, _position))
            {
                return false;
            }

            _isClosed = true;
            return true;
        }
    }

    /// <summary>Runs while the reader is open for sure, so that its cursor is on the ring.</summary>
    /// <exception cref="ObjectDisposedException">Closed.</exception>
    public RingCursor? AddCursor(FragmentRing ring)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(StreamHandle));
            return ring.TryAddCursor();
        }
    }

    /// <summary>Hands the cursor to another reader, which begins where it stands; this one is closed.</summary>
    /// <returns>False when bytes were given out, or it was closed.</returns>
    public bool TryHandOver()
    {
        lock (_gate)
        {
            if (_isClosed || _isReading || _next > 0 || _position != cursor.Position)
            {
                return false;
            }

            _isClosed = true;
            return true;
        }
    }

    /// <returns>Whether so many bytes came back since it was last said.</returns>
    public bool HasReturned(long atLeast)
    {
        lock (_gate)
        {
            if (cursor.Position - _reported < atLeast)
            {
                return false;
            }

            _reported = cursor.Position;
            return true;
        }
    }

    private int Index(long lease) => (int)(lease & (_entries.Length - 1));

    private void SetReleased(long lease)
    {
        _entries[Index(lease)].IsReleased = true;
        while (_first < _next && _entries[Index(_first)].IsReleased)
        {
            _first++;
        }

        cursor.Advance(_first < _next ? _entries[Index(_first)].Start : _position);
    }

    private void Grow()
    {
        var larger = new (long, bool)[_entries.Length * 2];
        for (long lease = _first; lease < _next; lease++)
        {
            larger[(int)(lease & (larger.Length - 1))] = _entries[Index(lease)];
        }

        _entries = larger;
    }
}
