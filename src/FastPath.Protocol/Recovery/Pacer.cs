using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Token bucket that says when the next packet may leave: never more than rate x time + burst (scenario F15).</summary>
/// <remarks>
/// Counts in billionths of a byte, which is what a rate of one byte a second grants in a nanosecond: no fraction is ever
/// rounded away or credited twice, so polling each nanosecond or once a second releases the same. A clock that jumps
/// ahead fills the bucket and no more; one that jumps back adds nothing and delays nothing. Once it is empty it waits
/// until a batch of packets can leave together, because a timer a packet costs more than it smooths. Who waits and is woken
/// late may catch up, as far as the bucket's other, wider brim: a loaded host would else send slower than its pace.
/// </remarks>
internal sealed class Pacer
{
    private const long Scale = 1_000_000_000;

    // Beyond this the count would not fit; no link and no batch comes near.
    private const long BytesMax = 4_000_000_000;

    private Instant _countedAt;
    private long _tokens;
    private long _burst;
    private long _lateBurst;
    private long _batch;
    private bool _isWaiting;

    /// <param name="burstBytes">Bytes that may leave at once after a pause.</param>
    public Pacer(long burstBytes)
    {
        _burst = Scaled(burstBytes);
        _lateBurst = _burst;
        _tokens = _burst;
    }

    /// <summary>0: not limited.</summary>
    public long BytesPerSecond { get; private set; }

    /// <summary>Something waited for so long that part of its time was lost: what was sent says nothing of what could be.</summary>
    public bool IsBehind { get; private set; }

    private long Brim => _isWaiting ? _lateBurst : _burst;

    /// <summary>From now on; what has gathered at the old rate is kept, as far as the new burst holds it.</summary>
    /// <param name="batchBytes">Once empty, wait for so many; at most the burst.</param>
    /// <param name="lateBytes">Bytes that may leave at once to catch up; at least the burst.</param>
    public void SetRate(Instant now, long bytesPerSecond, long burstBytes, long batchBytes, long lateBytes = 0)
    {
        Count(now);
        BytesPerSecond = Math.Max(0, bytesPerSecond);
        _burst = Scaled(burstBytes);
        _lateBurst = Math.Max(Scaled(lateBytes), _burst);
        _batch = Math.Min(Scaled(batchBytes), _burst);
        _tokens = Math.Min(_tokens, Brim);
    }

    /// <summary>When <paramref name="bytes"/> may leave; not later than <paramref name="now"/> means at once.</summary>
    public Instant NextSendAt(Instant now, int bytes)
    {
        Count(now);
        if (BytesPerSecond == 0)
        {
            return now;
        }

        // A packet longer than the burst would wait for ever; it leaves when the bucket is full and takes it into debt.
        long needed = Math.Min(Scaled(bytes), _burst);
        if (_isWaiting)
        {
            needed = Math.Max(needed, _batch);
        }

        if (_tokens >= needed)
        {
            _isWaiting = false;
            return now;
        }

        _isWaiting = true;
        long missing = Math.Max(needed, _batch) - _tokens;
        return now + new Duration((missing + BytesPerSecond - 1) / BytesPerSecond);
    }

    /// <summary>When <paramref name="bytes"/> may leave on account of what comes later, the debt in all at most <paramref name="debtBytes"/>.</summary>
    public Instant BorrowAt(Instant now, int bytes, long debtBytes)
    {
        Count(now);
        long missing = Scaled(bytes) - Scaled(debtBytes) - _tokens;
        return BytesPerSecond == 0 || missing <= 0 ? now : now + new Duration((missing + BytesPerSecond - 1) / BytesPerSecond);
    }

    public void OnSent(Instant now, int bytes)
    {
        Count(now);
        IsBehind = false;
        if (BytesPerSecond != 0)
        {
            _tokens -= Scaled(bytes);
        }
    }

    private static long Scaled(long bytes) => Math.Clamp(bytes, 0, BytesMax) * Scale;

    private void Count(Instant now)
    {
        long elapsed = now.Nanoseconds - _countedAt.Nanoseconds;
        _countedAt = now;
        if (elapsed <= 0 || BytesPerSecond == 0)
        {
            return;
        }

        long room = Brim - _tokens;
        if (room < 0)
        {
            // Left of a late wake-up, but nothing waited for it any more.
            _tokens = Brim;
            return;
        }

        bool isFull = elapsed > room / BytesPerSecond;
        IsBehind |= isFull && _isWaiting;
        _tokens = isFull ? Brim : _tokens + (elapsed * BytesPerSecond);
    }
}
