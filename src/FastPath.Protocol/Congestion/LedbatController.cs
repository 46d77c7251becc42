using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>LEDBAT++: background traffic that keeps the queue at a target delay and yields to whoever fills it further.</summary>
/// <remarks>
/// RFC 6817 with the changes of its successor draft: round trips instead of one-way delays, a gain that makes it no
/// faster than a standard flow on short paths, a decrease proportional to the window, and slowdowns that let every flow
/// see the empty queue. A slowdown begins two round trips after slow start and then again nine times as long after the
/// last one as that took, but never within 18 round trips of its beginning (scenario F9).
/// </remarks>
internal sealed class LedbatController : ICongestionController
{
    private const int InitialWindowDatagrams = 10;
    private const int MinWindowDatagrams = 2;
    private const int GainDivisorMax = 16;
    private const int SlowdownWaitRoundTrips = 2;
    private const int HoldRoundTrips = 2;
    private const int SlowdownSpacing = 9;
    private const int SlowdownIntervalRoundTripsMin = 18;
    private const int LateGrowthDivisor = 2;
    private const double Pacing = 1.25;
    private const double SlowStartPacing = 2;

    private readonly int _datagramBytes;
    private readonly Duration _target;
    private readonly QueueDelay _delay = new();
    private readonly PathChange _pathChange;
    private Duration _roundTrip;
    private double _window;
    private double _windowToRegain = double.MaxValue;
    private double _windowBeforeLoss;
    private LedbatPhase _phaseBeforeLoss;
    private Instant _slowdownAt = Instant.Never;
    private Instant _slowdownStartedAt = Instant.Never;

    public LedbatController(int datagramBytes, Duration initialRtt, Duration target)
    {
        _datagramBytes = datagramBytes;
        _target = target;
        _roundTrip = initialRtt;
        _pathChange = new PathChange(target);
        _window = (double)InitialWindowDatagrams * datagramBytes;
    }

    public string Name => "ledbat++";

    public LedbatPhase Phase { get; private set; } = LedbatPhase.SlowStart;

    /// <summary>Slowdowns begun.</summary>
    public int Slowdowns { get; private set; }

    public long WindowBytes => (long)_window;

    public long PacingBytesPerSecond => (long)(
        (Phase is LedbatPhase.SlowStart or LedbatPhase.Returning ? SlowStartPacing : Pacing)
        * _window / Math.Max(PacingRoundTrip.Seconds, 1e-6));

    // Longer than with a full queue is not the path, but a pause of one of the ends: it must not set the pace for what comes.
    private Duration PacingRoundTrip => _delay.IsKnown ? Duration.Min(_roundTrip, _delay.Base + (_target * 2)) : _roundTrip;

    private double MinWindow => (double)MinWindowDatagrams * _datagramBytes;

    // Datagrams a round trip by which the window grows at most: 1 on long paths, less where a standard flow is quick.
    private double Gain => _delay.IsKnown
        ? 1.0 / Math.Clamp(Math.Ceiling(2.0 * _target.Nanoseconds / Math.Max(1, _delay.Base.Nanoseconds)), 1, GainDivisorMax)
        : 1.0 / GainDivisorMax;

    public void OnRestart(Instant now) => PutSlowdownOff(now);

    public void OnAcknowledged(in AckSample ack)
    {
        _roundTrip = ack.SmoothedRoundTrip;

        // A base that a short packet has set is one that no full packet can reach: on a slow link that costs the share of it.
        if (ack.RoundTrip > Duration.Zero && ack.NewestBytes >= _datagramBytes / 2)
        {
            Measure(ack.Now, ack.RoundTrip);
        }

        // A window twice what is used leaves room to double, and no more.
        bool isUsed = ack.FlightMaxBytes * 2 > _window;
        bool mayGrow = isUsed && !ack.IsInRecovery;
        if (!isUsed)
        {
            PutSlowdownOff(ack.Now);
        }

        switch (Phase)
        {
            case LedbatPhase.SlowStart:
                // What is seen now is a round trip old: near its end the growth must not outrun what is seen.
                GrowExponentially(in ack, mayGrow, _delay.Current > _target / 4 ? LateGrowthDivisor : 1);
                if (_delay.Current > _target * 3 / 4)
                {
                    EndSlowStart(ack.Now);
                }

                break;
            case LedbatPhase.Avoidance when ack.Now >= _slowdownAt && mayGrow:
                BeginSlowdown(ack.Now);
                break;
            case LedbatPhase.Avoidance:
                Follow(in ack, mayGrow);
                break;
            case LedbatPhase.Holding when ack.Now >= _slowdownStartedAt + (_roundTrip * HoldRoundTrips):
                Phase = LedbatPhase.Returning;
                break;
            case LedbatPhase.Returning:
                GrowExponentially(in ack, mayGrow, 1);
                if (_window >= _windowToRegain || _delay.Current > _target)
                {
                    EndSlowdown(ack.Now);
                }

                break;
        }
    }

    public void OnLost(in LossSample loss)
    {
        if (loss.IsNewEpisode)
        {
            _phaseBeforeLoss = Phase;
            _windowBeforeLoss = _window;
            _window = Math.Max(_window / 2, MinWindow);
            if (Phase == LedbatPhase.SlowStart)
            {
                EndSlowStart(loss.Now);
            }
            else if (Phase == LedbatPhase.Returning)
            {
                EndSlowdown(loss.Now);
            }
        }

        if (loss.IsPersistent)
        {
            // The way back is that of a slowdown: up to what there was, unless delay or loss ends it before.
            _windowToRegain = Math.Max(_windowBeforeLoss, MinWindow);
            _window = MinWindow;
            _slowdownStartedAt = loss.Now;
            Phase = LedbatPhase.Returning;
        }
    }

    public void OnSpuriousLoss(Instant now)
    {
        if (Phase == LedbatPhase.Avoidance)
        {
            _window = Math.Max(_window, _windowBeforeLoss);
            Phase = _phaseBeforeLoss == LedbatPhase.Holding ? Phase : _phaseBeforeLoss;
        }
    }

    private void Measure(Instant now, Duration roundTrip)
    {
        _delay.Add(now, roundTrip);
        if (_pathChange.IsSeen(now, roundTrip, _delay.Base, isAtFloor: _window <= 2 * MinWindow))
        {
            // Of this path nothing is known yet: it is explored as at the start.
            _delay.Rebase(now, roundTrip);
            _windowToRegain = double.MaxValue;
            Phase = LedbatPhase.SlowStart;
        }
    }

    private void GrowExponentially(in AckSample ack, bool mayGrow, int divisor)
    {
        if (mayGrow)
        {
            _window = Math.Min(_window + (Gain * ack.AcknowledgedBytes / divisor), Math.Max(_window, _windowToRegain));
        }
    }

    /// <summary>Additive growth below the target, a decrease in proportion above it, never more than half a round trip.</summary>
    /// <remarks>
    /// A queue is seen a round trip after it was filled. What was in flight then is known, and so is what of it stood in no
    /// queue: on a path much longer than the target, a decrease that goes on until it is seen would go below that and
    /// leave the link empty.
    /// </remarks>
    private void Follow(in AckSample ack, bool mayGrow)
    {
        double share = ack.AcknowledgedBytes / _window;
        double growth = Gain * _datagramBytes;
        double excess = ((double)_delay.Current.Nanoseconds / _target.Nanoseconds) - 1;
        if (excess > 0)
        {
            growth = Math.Max(growth - (_window * excess), -_window / 2);
        }

        if (growth < 0 || mayGrow)
        {
            double enough = ack.FlightAtSendBytes * (_delay.Base.Seconds / (_delay.Base + _delay.Current).Seconds);
            _window = Math.Max(_window + (growth * share), Math.Max(Math.Min(_window, enough), MinWindow));
        }
    }

    /// <summary>While the window is not used, the queue holds little of ours: that is as good as a slowdown that is over.</summary>
    private void PutSlowdownOff(Instant now)
    {
        if (Phase == LedbatPhase.Avoidance)
        {
            _slowdownAt = Instant.Max(_slowdownAt, now + (_roundTrip * SlowdownIntervalRoundTripsMin));
        }
    }

    private void EndSlowStart(Instant now)
    {
        Phase = LedbatPhase.Avoidance;
        _slowdownAt = now + (_roundTrip * SlowdownWaitRoundTrips);
    }

    private void BeginSlowdown(Instant now)
    {
        Slowdowns++;
        Phase = LedbatPhase.Holding;
        _slowdownStartedAt = now;
        _windowToRegain = _window;
        _window = MinWindow;
    }

    private void EndSlowdown(Instant now)
    {
        Duration spacing = (now - _slowdownStartedAt) * SlowdownSpacing;
        _slowdownAt = Instant.Max(now + spacing, _slowdownStartedAt + (_roundTrip * SlowdownIntervalRoundTripsMin));
        Phase = LedbatPhase.Avoidance;
    }
}
