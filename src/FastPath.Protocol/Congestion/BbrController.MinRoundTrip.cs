using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>The shortest round trip, and the pause that shows it when it has not been seen for a while.</summary>
internal sealed partial class BbrController
{
    private const int ConfirmingShare = 64;
    private static readonly Duration MinRoundTripLife = Duration.FromSeconds(10);
    private static readonly Duration ProbeInterval = Duration.FromSeconds(5);
    private static readonly Duration ProbeLength = Duration.FromMilliseconds(200);

    private Duration _recentMin = Duration.Zero;
    private Instant _recentMinAt;
    private Instant _minAt;
    private Instant _probeEndsAt = Instant.Never;
    private bool _isProbeRoundTripDone;
    private long _windowBeforeProbe;

    private long ProbeRoundTripWindow => Math.Max(Volume(ProbeRoundTripWindowGain), MinWindow);

    private void UpdateMinRoundTrip(in AckSample ack)
    {
        bool isProbeDue = ack.Now - _recentMinAt > ProbeInterval;
        if (ack.RoundTrip > Duration.Zero)
        {
            TakeRoundTrip(ack.Now, ack.RoundTrip, isProbeDue);
        }

        if (Phase != BbrPhase.ProbeRoundTrip && isProbeDue && !_restarted)
        {
            Phase = BbrPhase.ProbeRoundTrip;
            _windowBeforeProbe = _window;
            _probeEndsAt = Instant.Never;
            _isProbeStopping = true;
            _rounds.Restart(_delivered);
        }

        if (Phase == BbrPhase.ProbeRoundTrip)
        {
            HoldProbe(in ack);
        }

        _restarted = false;
    }

    private void TakeRoundTrip(Instant now, Duration roundTrip, bool isProbeDue)
    {
        if (MinRoundTrip == Duration.Zero)
        {
            // The first sample replaces the guess that the first rate was made of.
            _pacing = Math.Max(_pacing, (long)(StartupPacing * _window / Math.Max(roundTrip.Seconds, 1e-6)));
        }

        if (_recentMin == Duration.Zero || roundTrip < _recentMin || isProbeDue)
        {
            _recentMin = roundTrip;
            _recentMinAt = now;
        }
        else if (roundTrip <= _recentMin + (_recentMin / ConfirmingShare))
        {
            // As short as it ever was, but for the clock's grain: no pause is needed to see it.
            _recentMinAt = now;
        }

        if (MinRoundTrip == Duration.Zero || _recentMin < MinRoundTrip || now - _minAt > MinRoundTripLife)
        {
            MinRoundTrip = _recentMin;
            _minAt = _recentMinAt;
        }
    }

    /// <summary>Waits until little is in flight, and then for 200 ms and a whole round trip.</summary>
    private void HoldProbe(in AckSample ack)
    {
        if (_probeEndsAt == Instant.Never)
        {
            if (ack.FlightBytes <= ProbeRoundTripWindow)
            {
                _probeEndsAt = ack.Now + ProbeLength;
                _isProbeRoundTripDone = false;
                _rounds.Restart(_delivered);
            }

            return;
        }

        _isProbeRoundTripDone |= _isRoundTripStart;
        if (_isProbeRoundTripDone)
        {
            EndProbeRoundTripIfDue(ack.Now);
        }
    }

    private void EndProbeRoundTripIfDue(Instant now)
    {
        if (now < _probeEndsAt)
        {
            return;
        }

        _recentMinAt = now;
        _window = Math.Max(_window, _windowBeforeProbe);
        ResetLowerBounds();
        if (_isFull)
        {
            BeginDown(now);
            Phase = BbrPhase.Cruise;
        }
        else
        {
            Phase = BbrPhase.Startup;
        }
    }
}
