using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>
/// How many bytes are acknowledged at once beyond what the rate explains: a receiver that acknowledges in batches needs
/// that much more in flight to keep the path busy. The greatest of the last ten to twenty round trips.
/// </summary>
internal struct AckAggregation
{
    private const int RoundTripsKept = 10;

    private Instant _startedAt;
    private long _acknowledged;
    private long _current;
    private long _last;
    private int _roundTrips;

    public readonly long ExtraBytes => Math.Max(_current, _last);

    public void OnRestart(Instant now)
    {
        _startedAt = now;
        _acknowledged = 0;
    }

    public void Add(in AckSample ack, long bytesPerSecond, long windowBytes, bool isRoundTripStart)
    {
        if (isRoundTripStart && ++_roundTrips >= RoundTripsKept)
        {
            _roundTrips = 0;
            _last = _current;
            _current = 0;
        }

        long expected = (long)(bytesPerSecond * (ack.Now - _startedAt).Seconds);
        if (_acknowledged <= expected)
        {
            OnRestart(ack.Now);
            expected = 0;
        }

        _acknowledged += ack.AcknowledgedBytes;
        _current = Math.Max(_current, Math.Min(_acknowledged - expected, windowBytes));
    }
}
