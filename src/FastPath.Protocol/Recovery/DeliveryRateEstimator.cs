using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>The greatest delivery rate of the last ten round trips (a windowed maximum in ten buckets).</summary>
/// <remarks>An app-limited sample may raise the estimate and never lowers it.</remarks>
internal sealed class DeliveryRateEstimator
{
    private const int RoundTrips = 10;

    private readonly long[] _bucketMax = new long[RoundTrips];
    private int _bucket;
    private Instant _bucketEndsAt;

    public long DeliveredBytes { get; private set; }

    public Instant DeliveredTime { get; private set; }

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

    public void OnSendFromIdle(Instant now) => DeliveredTime = Instant.Max(DeliveredTime, now);

    public void OnAcknowledged(in SentPacket packet, Instant now)
    {
        DeliveredBytes += packet.SizeBytes;
        DeliveredTime = now;
    }

    /// <summary>Takes the sample that the newest acknowledged packet of an ACK ends.</summary>
    public void AddSample(in SentPacket newest, Instant now, Duration smoothedRtt)
    {
        Duration elapsed = now - newest.DeliveredTimeAtSend;
        if (elapsed <= Duration.Zero)
        {
            return;
        }

        long rate = (long)((DeliveredBytes - newest.DeliveredAtSend) / elapsed.Seconds);
        if (now >= _bucketEndsAt && !newest.IsAppLimited)
        {
            _bucket = (_bucket + 1) % RoundTrips;
            _bucketMax[_bucket] = 0;
            _bucketEndsAt = now + smoothedRtt;
        }

        _bucketMax[_bucket] = Math.Max(_bucketMax[_bucket], rate);
    }
}
