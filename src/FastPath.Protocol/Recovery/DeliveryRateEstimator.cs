using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Delivery-rate samples, and their maximum over the last ten round trips (in ten buckets).</summary>
/// <remarks>
/// A sample is what was delivered over the longer of two times, that of sending and that of acknowledging, so that
/// neither a burst of packets nor one of acknowledgements looks like a fast path. When the application runs out of data,
/// everything sent until that gap has left the path is app-limited: it may raise the estimate and never lowers it.
/// </remarks>
internal sealed class DeliveryRateEstimator
{
    private const int RoundTrips = 10;

    private readonly long[] _bucketMax = new long[RoundTrips];
    private int _bucket;
    private Instant _bucketEndsAt;
    private Instant _sampleSentAt;
    private Instant _deliveredTime;
    private long _gapEndsAtDelivered = -1;

    public long DeliveredBytes { get; private set; }

    public long BytesPerSecond
    {
        get
        {
            long max = 0;
            foreach (long bucket in _bucketMax)
            {
                max = Math.Max(max, bucket);
            }

            return max;
        }
    }

    /// <summary>Nothing was in flight: time without packets is not part of a sample.</summary>
    public void OnRestart(Instant now)
    {
        _deliveredTime = Instant.Max(_deliveredTime, now);
        _sampleSentAt = Instant.Max(_sampleSentAt, now);
    }

    /// <param name="flightBytes">In flight with this packet.</param>
    /// <param name="isLast">The application has nothing more to send though the window is open.</param>
    public void OnSent(ref SentPacket packet, long flightBytes, bool isLast)
    {
        packet.DeliveredAtSend = DeliveredBytes;
        packet.DeliveredTimeAtSend = _deliveredTime;
        packet.SampleSentAt = _sampleSentAt;
        packet.IsAppLimited = _gapEndsAtDelivered >= 0;
        if (isLast)
        {
            _gapEndsAtDelivered = DeliveredBytes + flightBytes;
        }
    }

    public void OnAcknowledged(in SentPacket packet, Instant now)
    {
        DeliveredBytes += packet.SizeBytes;
        _deliveredTime = now;
    }

    /// <summary>Takes the sample that the newest acknowledged packet of an ACK ends.</summary>
    public RateSample TakeSample(in SentPacket newest, Instant now, RttEstimator rtt)
    {
        if (DeliveredBytes > _gapEndsAtDelivered)
        {
            _gapEndsAtDelivered = -1;
        }

        Duration sending = newest.SentAt - newest.SampleSentAt;
        _sampleSentAt = newest.SentAt;
        Duration elapsed = Duration.Max(sending, now - newest.DeliveredTimeAtSend);

        // Less than the shortest round trip is only possible when the acknowledgements came in a bunch.
        if (elapsed <= Duration.Zero || elapsed < rtt.Min)
        {
            return new RateSample(0, newest.IsAppLimited);
        }

        long rate = (long)((DeliveredBytes - newest.DeliveredAtSend) / elapsed.Seconds);
        if (now >= _bucketEndsAt && !newest.IsAppLimited)
        {
            _bucket = (_bucket + 1) % RoundTrips;
            _bucketMax[_bucket] = 0;
            _bucketEndsAt = now + rtt.Smoothed;
        }

        _bucketMax[_bucket] = Math.Max(_bucketMax[_bucket], rate);
        return new RateSample(rate, newest.IsAppLimited);
    }
}
