using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>What loss says: bounds of the flight found by probing, and lower ones until the next probe.</summary>
internal sealed partial class BbrController
{
    private const int RaiseRoundTripsMax = 30;

    private long _flightHigh = Unbounded;
    private long _flightLow = Unbounded;
    private long _rateLow = Unbounded;
    private long _latestRate;
    private long _latestDelivered;
    private bool _isProbeSample;
    private int _raiseRoundTrips;
    private long _raiseEvery = Unbounded;
    private long _raiseAcknowledged;
    private (long High, long Low, long Rate, long Window) _saved = (0, 0, 0, 0);

    private bool IsTooHigh(long lostBytes, long flightBytes) => _background.IsProbeTooHigh(lostBytes, flightBytes, _datagramBytes);

    private long FlightWithHeadroom() => _flightHigh == Unbounded
        ? Unbounded
        : Math.Max(_flightHigh - Math.Max(_datagramBytes, (long)(_flightHigh * Headroom)), MinWindow);

    /// <summary>Once a round trip: one that lost more than the path does by itself lowers rate and flight until the next probe.</summary>
    private void AdaptLowerBounds(in AckSample ack)
    {
        long delivered = ack.DeliveredBytes - ack.DeliveredAtSendBytes;
        _latestRate = Math.Max(_latestRate, ack.RateBytesPerSecond);
        _latestDelivered = Math.Max(_latestDelivered, delivered);
        _background.OnAcknowledged(in ack);
        if (!_lossRounds.OnAcknowledged(in ack))
        {
            return;
        }

        bool isCongested = _background.EndRoundTrip(MinRoundTrip, Volume(1), _datagramBytes) || _isMarked;
        _isPathFelt |= isCongested;
        if (Phase == BbrPhase.Cruise)
        {
            _trim.EndRoundTrip(QueueToDrain, MinRoundTrip);
        }

        if (isCongested && Phase is not (BbrPhase.Startup or BbrPhase.Refill or BbrPhase.Up))
        {
            long rate = _rateLow == Unbounded ? _bandwidth.BytesPerSecond : _rateLow;
            long flight = _flightLow == Unbounded ? _window : _flightLow;
            _rateLow = Math.Max(_latestRate, (long)(rate * Beta));
            _flightLow = Math.Max(_latestDelivered, (long)(flight * Beta));
        }

        _isMarked = false;
        _latestRate = ack.RateBytesPerSecond;
        _latestDelivered = delivered;
    }

    private void ResetLowerBounds()
    {
        _rateLow = Unbounded;
        _flightLow = Unbounded;
    }

    private void AdaptUpperBounds(in AckSample ack)
    {
        if (_isProbeStopping && _isRoundTripStart)
        {
            // From here on samples no longer come from the probe: its cycle is complete.
            _isProbeStopping = false;
            _isProbeSample = false;
            if (IsProbingCycle && !ack.IsAppLimited)
            {
                _bandwidth.Advance();
            }
        }

        if (IsTooHigh(ack.LostSinceSendBytes, ack.FlightAtSendBytes))
        {
            if (_isProbeSample)
            {
                OnFlightTooHigh(ack.Now, ack.FlightAtSendBytes, ack.IsAppLimited);
            }

            return;
        }

        if (_flightHigh == Unbounded)
        {
            return;
        }

        _flightHigh = Math.Max(_flightHigh, ack.FlightAtSendBytes);
        if (Phase == BbrPhase.Up)
        {
            RaiseFlightHigh(in ack);
        }
    }

    /// <summary>A flight that fills its bound without loss raises it: by one datagram in the first round trip, then twice as fast in each.</summary>
    private void RaiseFlightHigh(in AckSample ack)
    {
        if (!IsWindowUsed(in ack) || _window < _flightHigh)
        {
            return;
        }

        _raiseAcknowledged += ack.AcknowledgedBytes;
        long steps = _raiseAcknowledged / _raiseEvery;
        _raiseAcknowledged -= steps * _raiseEvery;
        _flightHigh += steps * _datagramBytes;
        if (_isRoundTripStart)
        {
            SteepenRaise();
        }
    }

    private void SteepenRaise()
    {
        long datagrams = 1L << _raiseRoundTrips;
        _raiseRoundTrips = Math.Min(_raiseRoundTrips + 1, RaiseRoundTripsMax);
        _raiseEvery = Math.Max(_window / datagrams, 1);
    }

    private void OnFlightTooHigh(Instant now, long flightBytes, bool isAppLimited)
    {
        _isProbeSample = false;
        if (!isAppLimited)
        {
            _flightHigh = Math.Max(flightBytes, (long)(Math.Min(Volume(1), _window) * Beta));
        }

        if (Phase == BbrPhase.Up)
        {
            BeginDown(now);
        }
    }

    /// <summary>The flight at which the share of loss passed the threshold, somewhere within what was lost at once.</summary>
    private long FlightWhenTooHigh(in LossSample loss)
    {
        long flightBefore = loss.FlightAtSendBytes - loss.LostBytes;
        long lostBefore = loss.LostSinceSendBytes - loss.LostBytes;
        double threshold = _background.ProbeThreshold;
        double prefix = ((threshold * flightBefore) - lostBefore) / (1 - threshold);
        return Math.Max(flightBefore, 0) + (long)Math.Max(prefix, 0);
    }

    // Within an eighth: packets leave in batches, so a window in full use is not full at every moment.
    private bool IsWindowUsed(in AckSample ack) =>
        ack.FlightMaxBytes + Math.Max(_window / 8, 3 * _datagramBytes) >= _window;

    private void SaveBounds() => _saved = (_flightHigh, _flightLow, _rateLow, _window);

    private void RestoreBounds()
    {
        _flightHigh = Math.Max(_flightHigh, _saved.High);
        _flightLow = Math.Max(_flightLow, _saved.Low);
        _rateLow = Math.Max(_rateLow, _saved.Rate);
        _window = Math.Max(_window, _saved.Window);
    }
}
