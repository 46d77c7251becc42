using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Smallest value of the last so many spans of time; older ones are forgotten, so that a longer path is found out.</summary>
internal sealed class MinimumHistory
{
    private static readonly Duration None = new(long.MaxValue);

    private readonly Duration[] _minima;
    private readonly Duration _span;
    private int _current;
    private Instant _currentEndsAt = Instant.Never;

    /// <param name="spans">How many are kept, the one that runs included.</param>
    public MinimumHistory(Duration span, int spans)
    {
        _span = span;
        _minima = new Duration[spans];
        Array.Fill(_minima, None);
    }

    public bool IsEmpty => Minimum == None;

    /// <summary>Greater than any real value while empty.</summary>
    public Duration Minimum { get; private set; } = None;

    public void Clear()
    {
        Array.Fill(_minima, None);
        Minimum = None;
        _currentEndsAt = Instant.Never;
    }

    public void Add(Instant now, Duration value)
    {
        if (_currentEndsAt == Instant.Never)
        {
            _currentEndsAt = now + _span;
        }

        if (now >= _currentEndsAt)
        {
            Advance(now);
        }

        if (value < _minima[_current])
        {
            _minima[_current] = value;
            Minimum = Duration.Min(Minimum, value);
        }
    }

    private void Advance(Instant now)
    {
        // After a long silence nothing old is left, however many spans have gone by.
        for (int i = 0; i < _minima.Length && now >= _currentEndsAt; i++)
        {
            _current = (_current + 1) % _minima.Length;
            _minima[_current] = None;
            _currentEndsAt += _span;
        }

        if (now >= _currentEndsAt)
        {
            _currentEndsAt = now + _span;
        }

        Minimum = None;
        foreach (Duration minimum in _minima)
        {
            Minimum = Duration.Min(Minimum, minimum);
        }
    }
}
