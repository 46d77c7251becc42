using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>How much of the round trip is queueing: the shortest of the newest samples over the base of the last ten minutes.</summary>
/// <remarks>
/// The history is that of RFC 6817. A path that becomes longer would look like a queue for all that time; it is told
/// apart by its steadiness: a queue that others hold sways, and ours is gone when almost nothing of ours is in flight.
/// </remarks>
internal sealed class QueueDelay
{
    private const int FilterSamples = 4;
    private const int HistorySpans = 10;
    private static readonly Duration HistorySpan = Duration.FromSeconds(60);
    private static readonly Duration None = new(long.MaxValue);

    private readonly MinimumHistory _history = new(HistorySpan, HistorySpans);
    private readonly Duration[] _newest = new Duration[FilterSamples];
    private int _next;

    public QueueDelay() => Array.Fill(_newest, None);

    public bool IsKnown => !_history.IsEmpty;

    public Duration Base => _history.Minimum;

    public Duration Current
    {
        get
        {
            Duration least = None;
            foreach (Duration sample in _newest)
            {
                least = Duration.Min(least, sample);
            }

            return IsKnown ? Duration.Max(least - Base, Duration.Zero) : Duration.Zero;
        }
    }

    public void Add(Instant now, Duration roundTrip)
    {
        _history.Add(now, roundTrip);
        _newest[_next] = roundTrip;
        _next = (_next + 1) % FilterSamples;
    }

    /// <summary>The path has changed: the base is found anew, beginning with <paramref name="roundTrip"/>.</summary>
    public void Rebase(Instant now, Duration roundTrip)
    {
        _history.Clear();
        _history.Add(now, roundTrip);
    }
}
