using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Acknowledgements, loss by packets and by time, and probe timeouts after RFC 9002.</summary>
/// <remarks>
/// One unit, bytes on the wire, counts what is in flight; each packet leaves the count exactly once, acknowledged or
/// lost, and the count is zero when nothing is outstanding (scenario F6). A peer that acknowledges what was never sent
/// is told apart (<see cref="AckResult.Invalid"/>); one that never acknowledges only slows itself down.
/// </remarks>
internal sealed class LossRecovery(ICongestionController congestion, RecoverySettings settings)
{
    private const int BackOffMax = 16;
    private const int ProbesPerTimeout = 2;
    private const int PersistentCongestionThreshold = 3;

    private readonly SentPacketLedger _ledger = new();
    private readonly DeliveryRateEstimator _rate = new();
    private ulong _largestAcknowledged;
    private bool _anyAcknowledged;
    private Instant _lossTime = Instant.Never;
    private Instant _lastElicitingSentAt;
    private int _elicitingInFlight;
    private int _timeouts;

    public ICongestionController Congestion { get; } = congestion;

    public RttEstimator Rtt { get; } = new(settings.InitialRtt);

    public long BytesInFlight { get; private set; }

    /// <summary>Ack-eliciting packets that may leave though the window is full.</summary>
    public int ProbesOwed { get; private set; }

    public long PacketsLost { get; private set; }

    public long SpuriousLosses { get; private set; }

    public ulong NextPacketNumber => _ledger.End;

    public bool IsQuiescent => _elicitingInFlight == 0;

    public long DeliveryRateBytesPerSecond => _rate.BytesPerSecond;

    public Duration ProbeTimeout => Rtt.ProbeTimeout(settings.PeerMaxAckDelay);

    /// <summary>When <see cref="HandleTimeout"/> is due; never while nothing ack-eliciting is in flight.</summary>
    public Instant NextDeadline
    {
        get
        {
            if (_lossTime != Instant.Never)
            {
                return _lossTime;
            }

            return _elicitingInFlight == 0 ? Instant.Never : _lastElicitingSentAt + BackedOffProbeTimeout;
        }
    }

    private Duration BackedOffProbeTimeout => Duration.Min(
        ProbeTimeout * (1L << Math.Min(_timeouts, BackOffMax)),
        Duration.Max(settings.ProbeIntervalMax, ProbeTimeout));

    public bool CanSend(int sizeBytes) =>
        ProbesOwed > 0 || BytesInFlight + sizeBytes <= Congestion.WindowBytes;

    /// <summary>Records the packet that was just numbered <see cref="NextPacketNumber"/>.</summary>
    public void OnPacketSent(
        Instant now, int sizeBytes, bool isAckEliciting, bool isAppLimited, ReadOnlySpan<SentFrame> frames)
    {
        if (_elicitingInFlight == 0)
        {
            _rate.OnSendFromIdle(now);
        }

        ref SentPacket packet = ref _ledger.Add(frames);
        packet.SentAt = now;
        packet.SizeBytes = sizeBytes;
        packet.IsAckEliciting = isAckEliciting;
        packet.IsAppLimited = isAppLimited;
        packet.DeliveredAtSend = _rate.DeliveredBytes;
        packet.DeliveredTimeAtSend = _rate.DeliveredTime;
        if (!isAckEliciting)
        {
            return;
        }

        _elicitingInFlight++;
        BytesInFlight += sizeBytes;
        _lastElicitingSentAt = now;
        ProbesOwed = Math.Max(0, ProbesOwed - 1);
    }

    /// <param name="ackDelay">What the peer says it waited; capped by what it promised.</param>
    /// <param name="ranges">Newest first.</param>
    public AckResult HandleAck<TSink>(Instant now, Duration ackDelay, ReadOnlySpan<AckRange> ranges, TSink sink)
        where TSink : IFrameFateSink
    {
        ulong largest = ranges[0].Largest;
        if (largest >= _ledger.End)
        {
            return AckResult.Invalid;
        }

        var newly = new Newly();
        for (int i = ranges.Length - 1; i >= 0; i--)
        {
            AcknowledgeRange(now, ranges[i], sink, ref newly);
        }

        _largestAcknowledged = Math.Max(_largestAcknowledged, largest);
        _anyAcknowledged = true;
        if (newly.Any)
        {
            SampleRoundTrip(now, largest, ackDelay, in newly);
            _timeouts = 0;
            ProbesOwed = 0;
            if (newly.Bytes > 0)
            {
                _rate.AddSample(in newly.Newest, now, Rtt.Smoothed);
                Congestion.OnAcknowledged(now, newly.Bytes, newly.Newest.SentAt, newly.Newest.IsAppLimited, Rtt);
            }
        }

        DetectLosses(now, sink);
        Prune(now);
        return newly.Any ? AckResult.Accepted : AckResult.Stale;
    }

    /// <summary>Declares what the time threshold says is lost, or owes probes after a probe timeout.</summary>
    public void HandleTimeout<TSink>(Instant now, TSink sink)
        where TSink : IFrameFateSink
    {
        if (now < NextDeadline)
        {
            return;
        }

        if (_lossTime != Instant.Never)
        {
            DetectLosses(now, sink);
            Prune(now);
            return;
        }

        _timeouts++;
        ProbesOwed = ProbesPerTimeout;

        // A probe timeout proves nothing lost, but the frames in flight are the best probe: they are offered for
        // sending again, and the packets stay in flight until acknowledged or declared lost.
        OfferOldestAgain(sink);
        _lastElicitingSentAt = now;
    }

    private void AcknowledgeRange<TSink>(Instant now, AckRange range, TSink sink, ref Newly newly)
        where TSink : IFrameFateSink
    {
        ulong first = Math.Max(range.Smallest, _ledger.Start);
        for (ulong number = first; number <= range.Largest && number < _ledger.End; number++)
        {
            ref SentPacket packet = ref _ledger[number];
            if (packet.State == SentPacketState.Acknowledged)
            {
                continue;
            }

            if (packet.State == SentPacketState.Lost)
            {
                SpuriousLosses++;
            }
            else if (packet.IsAckEliciting)
            {
                _elicitingInFlight--;
                BytesInFlight -= packet.SizeBytes;
                newly.Bytes += packet.SizeBytes;
                newly.AnyEliciting = true;
            }

            packet.State = SentPacketState.Acknowledged;
            _rate.OnAcknowledged(in packet, now);
            newly.Any = true;
            newly.Newest = packet;
            newly.LargestNumber = number;
            for (int i = 0; i < packet.FrameCount; i++)
            {
                sink.OnFrameAcknowledged(in _ledger.Frame(in packet, i));
            }
        }
    }

    private void SampleRoundTrip(Instant now, ulong largest, Duration ackDelay, in Newly newly)
    {
        if (newly.LargestNumber == largest && newly.AnyEliciting)
        {
            Rtt.AddSample(now - newly.Newest.SentAt, Duration.Min(ackDelay, settings.PeerMaxAckDelay));
        }
    }

    private void DetectLosses<TSink>(Instant now, TSink sink)
        where TSink : IFrameFateSink
    {
        _lossTime = Instant.Never;
        if (!_anyAcknowledged)
        {
            return;
        }

        Duration lossDelay = Duration.Max(
            Duration.Max(Rtt.Latest, Rtt.Smoothed) * 9 / 8, RttEstimator.Granularity);
        long lostBytes = 0;
        Instant firstLostAt = Instant.Never;
        Instant lastLostAt = default;
        for (ulong number = _ledger.Start; number < _largestAcknowledged; number++)
        {
            ref SentPacket packet = ref _ledger[number];
            if (packet.State != SentPacketState.InFlight)
            {
                continue;
            }

            bool isLost = _largestAcknowledged - number >= (ulong)settings.PacketThreshold
                || packet.SentAt + lossDelay <= now;
            if (!isLost)
            {
                if (packet.IsAckEliciting)
                {
                    _lossTime = Instant.Min(_lossTime, packet.SentAt + lossDelay);
                }

                continue;
            }

            packet.State = SentPacketState.Lost;
            if (!packet.IsAckEliciting)
            {
                continue;
            }

            _elicitingInFlight--;
            BytesInFlight -= packet.SizeBytes;
            PacketsLost++;
            lostBytes += packet.SizeBytes;
            firstLostAt = Instant.Min(firstLostAt, packet.SentAt);
            lastLostAt = packet.SentAt;
            for (int i = 0; i < packet.FrameCount; i++)
            {
                sink.OnFrameLost(in _ledger.Frame(in packet, i));
            }
        }

        if (lostBytes > 0)
        {
            bool isPersistent = Rtt.HasSample
                && lastLostAt - firstLostAt >= ProbeTimeout * PersistentCongestionThreshold;
            Congestion.OnLost(now, lostBytes, lastLostAt, isPersistent);
        }
    }

    private void OfferOldestAgain<TSink>(TSink sink)
        where TSink : IFrameFateSink
    {
        int offered = 0;
        for (ulong number = _ledger.Start; number < _ledger.End && offered < ProbesPerTimeout; number++)
        {
            ref SentPacket packet = ref _ledger[number];
            if (packet.State != SentPacketState.InFlight || !packet.IsAckEliciting)
            {
                continue;
            }

            offered++;
            for (int i = 0; i < packet.FrameCount; i++)
            {
                sink.OnFrameLost(in _ledger.Frame(in packet, i));
            }
        }
    }

    /// <summary>Forgets settled packets at the head; a lost one is kept for three PTO to notice a late ACK.</summary>
    private void Prune(Instant now)
    {
        Duration keepLost = ProbeTimeout * PersistentCongestionThreshold;
        while (_ledger.Start < _ledger.End)
        {
            ref SentPacket packet = ref _ledger[_ledger.Start];
            bool isSettled = packet.State == SentPacketState.Acknowledged
                || (packet.State == SentPacketState.Lost && packet.SentAt + keepLost <= now)
                || (!packet.IsAckEliciting && _ledger.Start < _largestAcknowledged);
            if (!isSettled)
            {
                return;
            }

            _ledger.RemoveFirst();
        }
    }

    private struct Newly
    {
        public long Bytes;
        public bool Any;
        public bool AnyEliciting;
        public ulong LargestNumber;
        public SentPacket Newest;
    }
}
