using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>The pace of one connection: the controller's, or a limit that was set for it or for the whole endpoint, whichever is lowest.</summary>
/// <remarks>
/// The controller's rate counts only on paths long enough for it (decision D9); a limit always does. Every ack-eliciting
/// packet is charged, retransmissions and probes as well.
/// </remarks>
internal sealed class PacingGate
{
    private const int BatchesPerBurst = 4;
    private const int BurstsPerInitialWindow = 5;

    private readonly ICongestionController _congestion;
    private readonly RecoverySettings _settings;
    private readonly long _burstBytesMin;
    private readonly Pacer _pacer;
    private readonly Pacer? _shared;
    private long _limit;
    private bool _isHeldByShared;

    public PacingGate(ICongestionController congestion, RecoverySettings settings)
    {
        _congestion = congestion;
        _settings = settings;
        _shared = settings.SharedLimit;
        _limit = settings.RateLimitBytesPerSecond;

        // The initial window may leave at once, whatever the rate; later, on a slow link, it would be a queue of its own.
        _burstBytesMin = congestion.WindowBytes / BurstsPerInitialWindow;
        _pacer = new Pacer(congestion.WindowBytes);
        long rate = Limit(congestion.PacingBytesPerSecond);
        _pacer.SetRate(Instant.Zero, rate, congestion.WindowBytes, congestion.WindowBytes / BatchesPerBurst);
    }

    public long BytesPerSecond => _pacer.BytesPerSecond;

    /// <summary>Of this connection alone; 0 for none.</summary>
    public long LimitBytesPerSecond => _limit;

    /// <summary>A limit, or a wake-up that came too late, sets the pace, not the controller: what is delivered then says nothing of the path.</summary>
    public bool IsLimited => _isHeldByShared || _pacer.IsBehind
        || (_pacer.BytesPerSecond != 0 && _pacer.BytesPerSecond < _congestion.PacingBytesPerSecond);

    /// <summary>Since when the limit of the whole endpoint alone has kept a packet back; never while it does not.</summary>
    public Instant HeldSince { get; private set; } = Instant.Never;

    /// <summary>Something waits for its pace until then; never while nothing does.</summary>
    public Instant WaitsUntil { get; private set; } = Instant.Never;

    public bool IsOpen(Instant now, int sizeBytes)
    {
        Instant own = _pacer.NextSendAt(now, sizeBytes);
        Instant shared = _shared?.NextSendAt(now, sizeBytes) ?? now;
        Instant at = Instant.Max(own, shared);
        if (at <= now)
        {
            WaitsUntil = Instant.Never;
            return true;
        }

        _isHeldByShared = shared > own;
        if (own <= now)
        {
            HeldSince = Instant.Min(HeldSince, now);
        }

        WaitsUntil = at;
        return false;
    }

    /// <summary>Whether a packet may leave ahead of its pace. If not, the wait ends as soon as it may.</summary>
    public bool CanBorrow(Instant now, int sizeBytes, long debtBytes)
    {
        Instant own = _pacer.BorrowAt(now, sizeBytes, debtBytes);
        Instant at = Instant.Max(own, _shared?.BorrowAt(now, sizeBytes, debtBytes) ?? now);
        if (at <= now)
        {
            return true;
        }

        WaitsUntil = Instant.Min(WaitsUntil, at);
        return false;
    }

    public void OnSent(Instant now, int sizeBytes)
    {
        HeldSince = Instant.Never;
        _pacer.OnSent(now, sizeBytes);
        _shared?.OnSent(now, sizeBytes);
    }

    public void HandleTimeout(Instant now)
    {
        if (now >= WaitsUntil)
        {
            WaitsUntil = Instant.Never;
        }
    }

    /// <summary>From now on; 0 for no limit.</summary>
    public void SetLimit(Instant now, long bytesPerSecond, RttEstimator rtt)
    {
        _limit = bytesPerSecond;
        Update(now, rtt);
    }

    /// <summary>Takes over the controller's rate after anything that may have changed it.</summary>
    public void Update(Instant now, RttEstimator rtt)
    {
        bool isLong = !rtt.HasSample || rtt.Min >= _settings.PacingRttMin;
        long pace = isLong ? _congestion.PacingBytesPerSecond : 0;
        long rate = Limit(pace);

        // A limit that was set is never exceeded to catch up.
        SetRate(now, rate, rate == pace ? _settings.LateBytes(rate, rtt.Smoothed) : 0);
    }

    private long Limit(long rate) => _limit == 0 || (rate != 0 && rate < _limit) ? rate : _limit;

    private void SetRate(Instant now, long rate, long lateBytes)
    {
        long burst = _settings.BurstBytes(rate, _burstBytesMin);
        _pacer.SetRate(now, rate, burst, burst / BatchesPerBurst, lateBytes);
        if (WaitsUntil != Instant.Never)
        {
            // Found anew at the new rate by whoever asks next, which is at the end of this turn.
            WaitsUntil = now;
        }
    }
}
