using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>Controlled delay (RFC 8289): drops ever more often while datagrams have waited longer than the target.</summary>
internal struct CoDel
{
    private static readonly Duration Target = Duration.FromMilliseconds(5);
    private static readonly Duration Interval = Duration.FromMilliseconds(100);

    private Instant? _aboveSince;
    private bool _isDropping;
    private Instant _dropNext;
    private int _count;
    private int _lastCount;

    /// <param name="now">When the datagram leaves the queue.</param>
    public bool ShouldDrop(Instant now, Duration waited)
    {
        bool mayDrop = IsLongAbove(now, waited);
        if (_isDropping)
        {
            if (!mayDrop)
            {
                _isDropping = false;
                return false;
            }

            if (now < _dropNext)
            {
                return false;
            }

            _count++;
            _dropNext = NextAfter(_dropNext);
            return true;
        }

        if (!mayDrop)
        {
            return false;
        }

        _isDropping = true;
        int recent = _count - _lastCount;
        _count = recent > 1 && now - _dropNext < Interval * 16 ? recent : 1;
        _lastCount = _count;
        _dropNext = NextAfter(now);
        return true;
    }

    private bool IsLongAbove(Instant now, Duration waited)
    {
        if (waited < Target)
        {
            _aboveSince = null;
            return false;
        }

        _aboveSince ??= now;
        return now - _aboveSince.Value >= Interval;
    }

    private readonly Instant NextAfter(Instant from) => from + Duration.FromSeconds(Interval.Seconds / Math.Sqrt(_count));
}
