using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Round-trip time after RFC 9002, section 5: the peer's own delay is not part of a sample (scenario F12).</summary>
internal sealed class RttEstimator(Duration initial)
{
    public static readonly Duration Granularity = Duration.FromMilliseconds(1);

    public bool HasSample { get; private set; }

    public Duration Latest { get; private set; } = initial;

    public Duration Min { get; private set; } = initial;

    public Duration Smoothed { get; private set; } = initial;

    public Duration Variation { get; private set; } = initial / 2;

    /// <summary>Probe timeout without back-off.</summary>
    public Duration ProbeTimeout(Duration maxAckDelay) =>
        Smoothed + Duration.Max(Variation * 4, Granularity) + maxAckDelay;

    public void AddSample(Duration sample, Duration ackDelay)
    {
        Latest = sample;
        if (!HasSample)
        {
            HasSample = true;
            Min = sample;
            Smoothed = sample;
            Variation = sample / 2;
            return;
        }

        Min = Duration.Min(Min, sample);
        Duration adjusted = sample >= Min + ackDelay ? sample - ackDelay : sample;
        Duration deviation = Smoothed > adjusted ? Smoothed - adjusted : adjusted - Smoothed;
        Variation = new((Variation.Nanoseconds * 3 / 4) + (deviation.Nanoseconds / 4));
        Smoothed = new((Smoothed.Nanoseconds * 7 / 8) + (adjusted.Nanoseconds / 8));
    }
}
