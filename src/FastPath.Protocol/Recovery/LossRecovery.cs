using FastPath.Protocol.Congestion;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Acknowledgements, loss by packets and by time, probe timeouts after RFC 9002, and pacing.</summary>
/// <remarks>
/// One unit, bytes on the wire, counts what is in flight; each packet leaves the count exactly once, acknowledged or
/// lost, and the count is zero when nothing is outstanding (scenario F6). A peer that acknowledges what was never sent
/// is told apart (<see cref="AckResult.Invalid"/>); one that never acknowledges only slows itself down.
/// </remarks>
internal sealed partial class LossRecovery
{
    private const int BackOffMax = 16;

    // At this rate a stream's window of 256 KiB leaves within a millisecond: the path is no slower than the loop.
    private const double QuickBytesPerSecond = 256e6;
    private const int ProbesPerTimeout = 2;
    private const int UrgentWindowPackets = 16;
    private const int UrgentDebtPackets = 2;

    private readonly RecoverySettings _settings;
    private readonly SentPacketLedger _ledger = new();
    private readonly DeliveryRateEstimator _rate = new();
    private readonly PacingGate _pacing;
    private readonly PathMtu? _path;
    private readonly EcnValidator _ecn;
    private RoundTripFlight _roundTripFlight;
    private ulong _largestAcknowledged;
    private bool _anyAcknowledged;
    private Instant _lossTime = Instant.Never;
    private Instant _lastElicitingSentAt;
    private int _elicitingInFlight;
    private int _timeouts;

    /// <param name="usesEcn">The peer counts packets by their ECN codepoint.</param>
    /// <param name="path">Told of the lengths that arrive and of those that do not; null where the length is of no interest.</param>
    public LossRecovery(ICongestionController congestion, RecoverySettings settings, PathMtu? path = null, bool usesEcn = false)
    {
        _ecn = new EcnValidator(usesEcn);
        _path = path;
        Congestion = congestion;
        _settings = settings;
        _tolerance = new ReorderTolerance(settings.PacketThreshold);
        _pacing = new PacingGate(congestion, settings);
        Rtt = new RttEstimator(settings.InitialRtt);
    }

    public ICongestionController Congestion { get; }

    public RttEstimator Rtt { get; }

    public long BytesInFlight { get; private set; }

    /// <summary>Ack-eliciting packets that may leave though the window is full.</summary>
    public int ProbesOwed { get; private set; }

    /// <summary>What the path and the peer make of ECN.</summary>
    public EcnState Ecn => _ecn.State;

    /// <summary>The packet that is recorded next is to leave with ECT(0).</summary>
    public bool MarksNext => _ecn.Marks;

    /// <summary>Packets that arrived with a mark of congestion.</summary>
    public long PacketsMarked { get; private set; }

    public long PacketsLost { get; private set; }

    /// <summary>Packets that arrived after they were declared lost.</summary>
    public long SpuriousLosses { get; private set; }

    public ulong NextPacketNumber => _ledger.End;

    public bool IsQuiescent => _elicitingInFlight == 0;

    public long DeliveryRateBytesPerSecond => _rate.BytesPerSecond;

    /// <summary>Bytes a second at which packets leave; 0 while nothing but the window holds them back.</summary>
    public long PacingBytesPerSecond => _pacing.BytesPerSecond;

    public Duration ProbeTimeout => Rtt.ProbeTimeout(_settings.PeerMaxAckDelay);

    /// <summary>Since when the limit of the whole endpoint alone has kept a packet back; never while it does not.</summary>
    public Instant HeldSince => _pacing.HeldSince;

    /// <summary>Nothing but the window keeps packets back, and on a path as quick as this one not for long.</summary>
    public bool OpensSoon =>
        _timeouts == 0 && _pacing.BytesPerSecond == 0 && Congestion.WindowBytes >= QuickBytesPerSecond * Rtt.Smoothed.Seconds;

    /// <summary>When <see cref="HandleTimeout"/> is due; never while nothing is in flight and nothing waits for its pace.</summary>
    public Instant NextDeadline => Instant.Min(_pacing.WaitsUntil, LossDeadline);

    private Instant LossDeadline
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
        Duration.Max(_settings.ProbeIntervalMax, ProbeTimeout));

    /// <summary>Sets the limit of this connection, or takes note that the endpoint's has changed.</summary>
    /// <param name="bytesPerSecond">0 for no limit; null leaves this connection's as it is.</param>
    public void SetRateLimit(Instant now, long? bytesPerSecond)
    {
        _pacing.SetLimit(now, bytesPerSecond ?? _pacing.LimitBytesPerSecond, Rtt);
    }

    /// <summary>Asked when there is something to send: if only its pace holds it back, a deadline is armed.</summary>
    public bool CanSend(Instant now, int sizeBytes) =>
        (ProbesOwed > 0 || BytesInFlight + sizeBytes <= Congestion.WindowBytes) && _pacing.IsOpen(now, sizeBytes);

    /// <summary>
    /// Asked for what must not wait behind bulk: pings, grants, messages (scenario F14). A window of sixteen packets opens every
    /// sixteenth of a round trip; while it is smaller they leave beyond it, and always a little ahead of the pace. They are
    /// counted like any other.
    /// </summary>
    public bool CanSendUrgent(Instant now, int sizeBytes) =>
        BytesInFlight + sizeBytes <= Math.Max(Congestion.WindowBytes, UrgentWindowPackets * (long)sizeBytes)
        && _pacing.CanBorrow(now, sizeBytes, UrgentDebtPackets * (long)sizeBytes);

    /// <summary>
    /// Asked when a packet could leave. A probe may run over the window once, if it is small beside it: beneath a window in
    /// full use there would never be room.
    /// </summary>
    public bool CanSendMtuProbe(Instant now, int sizeBytes) =>
        Rtt.HasSample && sizeBytes <= Congestion.WindowBytes / 2 && _pacing.IsOpen(now, sizeBytes);

    /// <summary>The connection has been silent for long: what nothing is in flight for is given back.</summary>
    public void Trim() => _ledger.Trim();

    /// <summary>Records the packet that was just numbered <see cref="NextPacketNumber"/>.</summary>
    public void OnPacketSent(
        Instant now, int sizeBytes, bool isAckEliciting, bool isAppLimited, ReadOnlySpan<SentFrame> frames, bool isMtuProbe = false)
    {
        ref SentPacket packet = ref _ledger.Add(frames);
        packet.SentAt = now;
        packet.SizeBytes = sizeBytes;
        packet.IsAckEliciting = isAckEliciting;
        packet.SaysNothingOfLoad = isMtuProbe;
        if (_ecn.Marks)
        {
            packet.IsEcnCapable = true;
            _ecn.OnSent();
        }

        if (!isAckEliciting)
        {
            return;
        }

        if (_elicitingInFlight == 0)
        {
            _rate.OnRestart(now);
            Congestion.OnRestart(now);
        }

        _elicitingInFlight++;
        BytesInFlight += sizeBytes;
        _roundTripFlight.OnSent(BytesInFlight);
        packet.FlightAtSend = BytesInFlight;
        packet.LostAtSend = _lostBytes;
        _rate.OnSent(ref packet, BytesInFlight, isAppLimited || _pacing.IsLimited);
        _pacing.OnSent(now, sizeBytes);
        _lastElicitingSentAt = now;
        ProbesOwed = Math.Max(0, ProbesOwed - 1);
    }

    /// <param name="ackDelay">What the peer says it waited; capped by what it promised.</param>
    /// <param name="ranges">Newest first.</param>
    /// <param name="ecn">Packets that the peer has received by codepoint, in all; null when the ACK came without.</param>
    public AckResult HandleAck<TSink>(
        Instant now, Duration ackDelay, ReadOnlySpan<AckRange> ranges, TSink sink, EcnCounts? ecn = null)
        where TSink : IFrameFateSink
    {
        ulong largest = ranges[0].Largest;
        if (largest >= _ledger.End)
        {
            return AckResult.Invalid;
        }

        var newly = new NewlyAcknowledged();
        for (int i = ranges.Length - 1; i >= 0; i--)
        {
            AcknowledgeRange(now, ranges[i], sink, ref newly);
        }

        bool isNewest = !_anyAcknowledged || largest > _largestAcknowledged;
        long marks = isNewest ? _ecn.OnAcknowledged(ecn, newly.EcnCapable) : 0;
        _largestAcknowledged = Math.Max(_largestAcknowledged, largest);
        _anyAcknowledged = true;
        if (newly.Any)
        {
            _timeouts = 0;
            ProbesOwed = 0;
        }

        Digest(now, ackDelay, largest, marks, sink, in newly);
        Prune(now);
        _pacing.Update(now, Rtt);
        return newly.Any ? AckResult.Accepted : AckResult.Stale;
    }

    /// <summary>Declares what the time threshold says is lost, owes probes after a probe timeout, or ends a wait for the pace.</summary>
    public void HandleTimeout<TSink>(Instant now, TSink sink)
        where TSink : IFrameFateSink
    {
        _pacing.HandleTimeout(now);
        if (now < LossDeadline)
        {
            return;
        }

        if (_lossTime != Instant.Never)
        {
            DetectLosses(now, sink);
            Prune(now);
            _pacing.Update(now, Rtt);
            return;
        }

        _timeouts++;
        ProbesOwed = ProbesPerTimeout;

        // A probe timeout proves nothing lost, but the frames in flight are the best probe: they are offered for
        // sending again, and the packets stay in flight until acknowledged or declared lost.
        OfferOldestAgain(sink);
        _lastElicitingSentAt = now;
    }

    private void AcknowledgeRange<TSink>(Instant now, AckRange range, TSink sink, ref NewlyAcknowledged newly)
        where TSink : IFrameFateSink
    {
        ulong first = Math.Max(range.Smallest, _ledger.Start);
        ulong number = first;
        while (number <= range.Largest && number < _ledger.End)
        {
            ref SentPacket packet = ref _ledger[number];
            if (packet.State == SentPacketState.Acknowledged)
            {
                number = packet.RunEnd;
                continue;
            }

            Acknowledge(now, number, ref packet, ref newly);
            for (int i = 0; i < packet.FrameCount; i++)
            {
                sink.OnFrameAcknowledged(in _ledger.Frame(in packet, i));
            }

            number++;
            packet.RunEnd = number;
        }

        if (first < number)
        {
            // Every later ACK repeats this range: it is passed in one step from here on.
            _ledger[first].RunEnd = number;
        }
    }

    private void Acknowledge(Instant now, ulong number, ref SentPacket packet, ref NewlyAcknowledged newly)
    {
        _path?.OnAcknowledged(number, packet.SizeBytes);
        if (packet is { State: SentPacketState.Lost, SaysNothingOfLoad: false })
        {
            SpuriousLosses++;
            newly.IsSpuriousEpisode |= OnArrivedLate(now, number, in packet);
        }
        else if (packet is { State: SentPacketState.InFlight, IsAckEliciting: true })
        {
            _elicitingInFlight--;
            BytesInFlight -= packet.SizeBytes;
            newly.Bytes += packet.SizeBytes;
        }

        packet.State = SentPacketState.Acknowledged;
        newly.EcnCapable += packet.IsEcnCapable ? 1 : 0;
        newly.Any = true;
        if (packet.IsAckEliciting)
        {
            _rate.OnAcknowledged(in packet, now);
            newly.AnyEliciting = true;
            newly.NewestEliciting = number;
        }

        newly.Newest = number;
    }

    /// <summary>Turns what was acknowledged into samples, finds losses and tells the controller, in this order.</summary>
    private void Digest<TSink>(
        Instant now, Duration ackDelay, ulong largest, long marks, TSink sink, in NewlyAcknowledged newly)
        where TSink : IFrameFateSink
    {
        bool hasRoundTrip = newly.AnyEliciting && newly.Newest == largest;
        if (hasRoundTrip)
        {
            SampleRoundTrip(now, _ledger[largest].SentAt, ackDelay);
        }

        if (newly.IsSpuriousEpisode)
        {
            Congestion.OnSpuriousLoss(now);
        }

        DetectLosses(now, sink);
        if (!newly.AnyEliciting)
        {
            return;
        }

        ref SentPacket newest = ref _ledger[newly.NewestEliciting];
        RateSample rate = _rate.TakeSample(in newest, now, Rtt);
        _roundTripFlight.OnAcknowledged(newest.DeliveredAtSend, _rate.DeliveredBytes, BytesInFlight);
        ReportMarks(now, marks, in newest);
        if (newly.Bytes == 0)
        {
            return;
        }

        Congestion.OnAcknowledged(new AckSample
        {
            Now = now,
            AcknowledgedBytes = newly.Bytes,
            FlightBytes = BytesInFlight,
            FlightMaxBytes = _roundTripFlight.MaxBytes,
            NewestBytes = newest.SizeBytes,
            FlightAtSendBytes = newest.FlightAtSend,
            LostSinceSendBytes = _lostBytes - newest.LostAtSend,
            DeliveredBytes = _rate.DeliveredBytes,
            DeliveredAtSendBytes = newest.DeliveredAtSend,
            RateBytesPerSecond = rate.BytesPerSecond,
            IsAppLimited = rate.IsAppLimited,
            IsInRecovery = _episode.Covers(newest.SentAt),
            RoundTrip = hasRoundTrip ? Rtt.LatestAdjusted : Duration.Zero,
            SmoothedRoundTrip = Rtt.Smoothed,
        });
    }

    private void SampleRoundTrip(Instant now, Instant sentAt, Duration ackDelay)
    {
        _firstSampleAt = Instant.Min(_firstSampleAt, now);
        Rtt.AddSample(now, now - sentAt, Duration.Min(ackDelay, _settings.PeerMaxAckDelay));
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

    private struct NewlyAcknowledged
    {
        public long Bytes;
        public int EcnCapable;
        public bool Any;
        public bool AnyEliciting;
        public bool IsSpuriousEpisode;
        public ulong Newest;
        public ulong NewestEliciting;
    }
}
