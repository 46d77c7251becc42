using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>
/// Tells a path that became longer from a queue that others hold: with next to nothing of ours in flight, round trips
/// that stay far above the base and all but constant for many seconds are the path's own.
/// </summary>
internal sealed class PathChange(Duration target)
{
    private static readonly Duration SteadyFor = Duration.FromSeconds(10);

    private Instant _since = Instant.Never;
    private Duration _least;
    private Duration _greatest;

    /// <param name="isAtFloor">The window is at its least: the queue cannot be ours.</param>
    /// <returns>True once, when the longer round trip has proven steady.</returns>
    public bool IsSeen(Instant now, Duration roundTrip, Duration baseDelay, bool isAtFloor)
    {
        bool isSteady = _since != Instant.Never
            && Duration.Max(_greatest, roundTrip) - Duration.Min(_least, roundTrip) <= target / 8;
        if (!isAtFloor || roundTrip < baseDelay + target)
        {
            _since = Instant.Never;
            return false;
        }

        if (!isSteady)
        {
            _since = now;
            _least = roundTrip;
            _greatest = roundTrip;
            return false;
        }

        _least = Duration.Min(_least, roundTrip);
        _greatest = Duration.Max(_greatest, roundTrip);
        if (now - _since < SteadyFor)
        {
            return false;
        }

        _since = Instant.Never;
        return true;
    }
}
