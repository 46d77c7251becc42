using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>
/// Slow start that ends before the queue overflows (HyStart++, RFC 9406): when a round trip's shortest sample has risen,
/// growth slows down to a quarter; five such round trips end it, one that has fallen again resumes it.
/// </summary>
internal struct HyStart
{
    private const int SamplesMin = 8;
    private const int ConservativeRounds = 5;
    private const int ConservativeDivisor = 4;
    private static readonly Duration RiseMin = Duration.FromMilliseconds(4);
    private static readonly Duration RiseMax = Duration.FromMilliseconds(16);

    private RoundTripCounter _rounds;
    private Duration _lastMin;
    private Duration _currentMin;
    private Duration _baseline;
    private int _samples;
    private int _conservativeRounds;

    public bool IsConservative { get; private set; }

    /// <summary>The window is where slow start should end.</summary>
    public readonly bool IsOver => IsConservative && _conservativeRounds >= ConservativeRounds;

    /// <returns>Bytes by which the window grows.</returns>
    public long OnAcknowledged(in AckSample ack)
    {
        if (_rounds.OnAcknowledged(in ack))
        {
            _lastMin = _currentMin;
            _currentMin = Duration.Zero;
            _samples = 0;
            _conservativeRounds += IsConservative ? 1 : 0;
        }

        if (ack.RoundTrip > Duration.Zero)
        {
            _currentMin = _samples == 0 ? ack.RoundTrip : Duration.Min(_currentMin, ack.RoundTrip);
            _samples++;
        }

        if (_samples >= SamplesMin)
        {
            Judge();
        }

        return IsConservative ? ack.AcknowledgedBytes / ConservativeDivisor : ack.AcknowledgedBytes;
    }

    private void Judge()
    {
        if (IsConservative)
        {
            IsConservative = _currentMin >= _baseline;
            return;
        }

        Duration rise = Duration.Max(RiseMin, Duration.Min(_lastMin / 8, RiseMax));
        if (_lastMin > Duration.Zero && _currentMin >= _lastMin + rise)
        {
            IsConservative = true;
            _baseline = _currentMin;
            _conservativeRounds = 0;
        }
    }
}
