namespace FastPath.Protocol.Recovery;

/// <summary>Greatest flight of the round trip that runs and of the one before it.</summary>
internal struct RoundTripFlight
{
    private long _endsAtDelivered;
    private long _current;
    private long _last;

    public readonly long MaxBytes => Math.Max(_current, _last);

    public void OnSent(long flightBytes) => _current = Math.Max(_current, flightBytes);

    public void OnAcknowledged(long deliveredAtSend, long delivered, long flightBytes)
    {
        if (deliveredAtSend >= _endsAtDelivered)
        {
            _endsAtDelivered = delivered;
            _last = _current;
            _current = flightBytes;
        }
    }
}
