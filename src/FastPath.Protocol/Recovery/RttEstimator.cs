using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Round-trip time after RFC 9002, section 5: the peer's own delay is not part of a sample (scenario F12).</summary>
internal sealed class RttEstimator
{
    public static readonly Duration Granularity = Duration.FromMilliseconds(1);

    // Half a minute: likely to hold a moment of empty queues, yet a path that became longer is found out.
    private const int MinSpans = 10;
    private static readonly Duration MinSpan = Duration.FromSeconds(3);

    private readonly MinimumHistory _history = new(MinSpan, MinSpans);
    private readonly Duration _initial;

    public RttEstimator(Duration initial)
    {
        _initial = initial;
        Latest = initial;
        LatestAdjusted = initial;
        Smoothed = initial;
        Variation = initial / 2;
    }

    public bool HasSample { get; private set; }

    public Duration Latest { get; private set; }

    /// <summary>The latest sample without the peer's own delay.</summary>
    public Duration LatestAdjusted { get; private set; }

    /// <summary>Shortest of the last half minute in which there were samples.</summary>
    public Duration Min => HasSample ? _history.Minimum : _initial;

    public Duration Smoothed { get; private set; }

    public Duration Variation { get; private set; }

    /// <summary>Probe timeout without back-off.</summary>
    public Duration ProbeTimeout(Duration maxAckDelay) =>
        Smoothed + Duration.Max(Variation * 4, Granularity) + maxAckDelay;

    public void AddSample(Instant now, Duration sample, Duration ackDelay)
    {
        Latest = sample;
        _history.Add(now, sample);
        if (!HasSample)
        {
            HasSample = true;
            LatestAdjusted = sample;
            Smoothed = sample;
            Variation = sample / 2;
            return;
        }

        LatestAdjusted = sample >= Min + ackDelay ? sample - ackDelay : sample;
        Duration deviation = Smoothed > LatestAdjusted ? Smoothed - LatestAdjusted : LatestAdjusted - Smoothed;
        Variation = new((Variation.Nanoseconds * 3 / 4) + (deviation.Nanoseconds / 4));
        Smoothed = new((Smoothed.Nanoseconds * 7 / 8) + (LatestAdjusted.Nanoseconds / 8));
    }

    /// <summary>After persistent congestion the path may be another one: what was shortest is found anew.</summary>
    public void ForgetMin(Instant now)
    {
        _history.Clear();
        _history.Add(now, Latest);
    }
}
