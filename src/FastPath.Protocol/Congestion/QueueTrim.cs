using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>
/// How much slower than its estimate of the path's rate a flow goes, so that no queue stands: the greatest of many samples is
/// too high by what hosts wake up late, some per cent on a busy one, and nothing else would ever drain what that builds up.
/// </summary>
/// <remarks>
/// Once a round trip while the flow cruises: a part that is as large as the queue, and one that is learnt as long as a queue
/// stands and forgotten as long as none does.
/// </remarks>
internal struct QueueTrim
{
    private const double RoundTripsToDrain = 4;
    private const double RoundTripsToLearn = 16;
    private const double StepMax = 0.0025;
    private const double StepBack = 0.0005;
    private const double ShareMax = 0.05;

    // Within one machine or rack a wait is a thread that got no core, not a queue of the path.
    private static readonly Duration ShortestMin = Duration.FromMilliseconds(0.5);

    private double _learnt;

    /// <summary>Of the rate; at most a twentieth.</summary>
    public double Share { get; private set; }

    /// <param name="queue">What even the shortest round trip had to wait; zero when that is next to nothing.</param>
    public void EndRoundTrip(Duration queue, Duration shortest)
    {
        if (queue == Duration.Zero || shortest < ShortestMin)
        {
            _learnt = Math.Max(_learnt - StepBack, 0);
            Share = _learnt;
            return;
        }

        double waiting = queue.Seconds / shortest.Seconds;
        _learnt = Math.Min(_learnt + Math.Min(waiting / RoundTripsToLearn, StepMax), ShareMax);
        Share = Math.Min(_learnt + (waiting / RoundTripsToDrain), ShareMax);
    }
}
