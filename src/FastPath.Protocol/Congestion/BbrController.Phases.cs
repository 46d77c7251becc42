using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>From phase to phase: start, drain, and the probing cycle.</summary>
internal sealed partial class BbrController
{
    private const int RenoRoundTripsMax = 63;
    private static readonly Duration ProbeWaitMin = Duration.FromSeconds(2);
    private static readonly Duration ProbeWaitSpread = Duration.FromSeconds(1);

    private Instant _cycleStartedAt;
    private Duration _probeWait;
    private int _roundTripsSinceProbe;
    private bool _isProbeStopping;

    private void Turn(in AckSample ack)
    {
        switch (Phase)
        {
            case BbrPhase.Startup:
                EndStartupIfFull(in ack);
                break;
            case BbrPhase.Drain when ack.FlightBytes <= Flight(1):
                BeginDown(ack.Now);
                break;
            case BbrPhase.Down or BbrPhase.Cruise when IsTimeToProbe(ack.Now):
                BeginRefill();
                break;
            case BbrPhase.Down when ack.FlightBytes <= Math.Min(FlightWithHeadroom(), Flight(1)):
                Phase = BbrPhase.Cruise;
                break;
            case BbrPhase.Refill when _isRoundTripStart:
                _isProbeSample = true;
                BeginUp(ack.Now);
                break;
            case BbrPhase.Up when IsProbeOver(in ack):
                BeginDown(ack.Now);
                break;
        }
    }

    private void EndStartupIfFull(in AckSample ack)
    {
        // Loss alone does not end it: while the rate still grows, the path is not full.
        bool isOverfull = _plateau.FlatRoundTrips > 0
            && _background.IsStartTooHigh(ack.LostSinceSendBytes, ack.FlightAtSendBytes, _datagramBytes);
        if (!_plateau.IsPlateau && !isOverfull && !_isMarked)
        {
            return;
        }

        if (isOverfull)
        {
            _flightHigh = Math.Max(Volume(1), _latestDelivered);
        }

        _isFull = true;
        Phase = BbrPhase.Drain;
    }

    private void BeginDown(Instant now)
    {
        Phase = BbrPhase.Down;
        _latestRate = 0;
        _latestDelivered = 0;
        _raiseEvery = Unbounded;
        _isProbeStopping = true;
        _cycleStartedAt = now;
        _probeWait = ProbeWaitMin + new Duration(_random.NextInt64(ProbeWaitSpread.Nanoseconds));
        _roundTripsSinceProbe = _random.NextInt32(2);
        _rounds.Restart(_delivered);
    }

    private void BeginRefill()
    {
        Phase = BbrPhase.Refill;
        ResetLowerBounds();
        _raiseRoundTrips = 0;
        _raiseAcknowledged = 0;
        _isProbeStopping = false;
        _rounds.Restart(_delivered);
    }

    private void BeginUp(Instant now)
    {
        Phase = BbrPhase.Up;
        _cycleStartedAt = now;
        _plateau.Restart(_lastRate);
        _rounds.Restart(_delivered);
        SteepenRaise();
    }

    /// <summary>After two to three seconds, or as often as a Reno flow of this size would have probed.</summary>
    private bool IsTimeToProbe(Instant now)
    {
        long datagrams = Math.Min(Volume(1), _window) / _datagramBytes;
        return now - _cycleStartedAt >= _probeWait
            || _roundTripsSinceProbe >= Math.Clamp(datagrams, 1, RenoRoundTripsMax);
    }

    private bool IsProbeOver(in AckSample ack)
    {
        if (_isMarked)
        {
            return true;
        }

        // More than the path holds is in flight and a queue stands: there is no more to be found, only to be lost.
        if (HasWaited(in ack) && ack.FlightAtSendBytes >= Flight(UpPacing))
        {
            return true;
        }

        if (IsWindowUsed(in ack) && _window >= _flightHigh)
        {
            // The bound, not the path, holds the rate: the probe goes on until the bound has moved out of the way.
            _plateau.Restart(_lastRate);
            return false;
        }

        return _plateau.IsPlateau;
    }
}
