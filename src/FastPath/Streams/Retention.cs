using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>Holds a ring's first bytes for later forks, until it is released or the filling side has no room left.</summary>
internal sealed class Retention(ReadSource source, RingCursor cursor)
{
    private int _isReleased;

    public bool IsHeld => Volatile.Read(ref _isReleased) == 0;

    /// <returns>Whether it was held until now.</returns>
    public bool Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
        {
            return false;
        }

        source.Leave(cursor, stop: null);
        return true;
    }
}
