using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>How fast a count grows, over the last quarter of a second or so. Fed by one thread, asked by any.</summary>
internal sealed class RateMeter
{
    private static readonly Duration Span = Duration.FromMilliseconds(250);

    private double _rate;
    private long _since = -1;
    private long _sinceBytes;

    public void Observe(Instant now, long bytes)
    {
        long since = Volatile.Read(ref _since);
        if (since >= 0 && now.Nanoseconds - since < Span.Nanoseconds)
        {
            return;
        }

        Volatile.Write(ref _rate, since < 0 ? 0 : Rate(bytes - _sinceBytes, now.Nanoseconds - since));
        Volatile.Write(ref _sinceBytes, bytes);
        Volatile.Write(ref _since, now.Nanoseconds);
    }

    /// <param name="bytes">The count as it is now.</param>
    public double BytesPerSecond(Instant now, long bytes)
    {
        long since = Volatile.Read(ref _since);
        long elapsed = now.Nanoseconds - since;
        double rate = Volatile.Read(ref _rate);
        if (since < 0 || (rate > 0 && elapsed < Span.Nanoseconds))
        {
            return rate;
        }

        // Nothing closed the span: it is as long as the silence, or the stream is younger than one.
        return Rate(Math.Max(0, bytes - Volatile.Read(ref _sinceBytes)), elapsed);
    }

    private static double Rate(long bytes, long nanoseconds) => nanoseconds <= 0 ? 0 : bytes * 1e9 / nanoseconds;
}
