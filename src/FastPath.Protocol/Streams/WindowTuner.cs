using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>How wide a stream's window should be: a multiple of the greatest rate of ten round trips, times the round trip (D2).</summary>
/// <remarks>
/// A factor of 2 is what lets it grow: a window of rate x round trip measures itself and can only shrink. A reader at this
/// node costs nobody else memory, so it has room for what a hole holds back as well: a round trip until the repair, and
/// another if that is lost.
/// </remarks>
internal sealed class WindowTuner(Instant now)
{
    // Halves of a round trip: a sender that doubles each round trip is followed closely.
    private const int Buckets = 20;
    private const int RelayFactor = 2;
    private const int SinkFactor = 4;
    private static readonly Duration BucketMin = Duration.FromMilliseconds(1);

    private readonly long[] _rates = new long[Buckets];
    private int _bucket;
    private Instant _bucketStart = now;
    private long _bytesInBucket;

    /// <summary>Bytes that left the window, or would have but for a hole below them.</summary>
    public void OnDelivered(long bytes, Instant now, Duration roundTrip)
    {
        Duration elapsed = now - _bucketStart;
        Duration whole = Duration.Max(roundTrip / 2, BucketMin);
        if (elapsed >= whole)
        {
            _rates[_bucket] = (long)(_bytesInBucket / elapsed.Seconds);
            _bucket = (_bucket + 1) % Buckets;
            _bytesInBucket = 0;
            _bucketStart = now;
        }

        // A bucket counts while it fills: what it holds already it will not lose, and a sender that doubles does not wait.
        _bytesInBucket += bytes;
        _rates[_bucket] = (long)(_bytesInBucket / whole.Seconds);
    }

    public long WindowBytes(Duration roundTrip, bool isRelayed)
    {
        long rate = 0;
        foreach (long bucket in _rates)
        {
            rate = Math.Max(rate, bucket);
        }

        return (long)((isRelayed ? RelayFactor : SinkFactor) * rate * roundTrip.Seconds);
    }
}
