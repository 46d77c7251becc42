using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>CUBIC (RFC 9438) with fast convergence, the Reno-friendly region, HyStart++ and undo of spurious losses.</summary>
internal sealed class CubicController : ICongestionController
{
    private const int InitialWindowDatagrams = 10;
    private const int MinWindowDatagrams = 2;

    // A mark comes before the queue is full, so that less has to be given back (RFC 8511).
    private const double BetaOfMark = 0.85;
    private const double SlowStartPacing = 2;
    private const double AvoidancePacing = 1.25;

    private readonly int _datagramBytes;
    private Duration _roundTrip;
    private CubicState _state;
    private CubicState _beforeEpisode;
    private HyStart _slowStart;
    private Instant _countedTo;

    /// <param name="initialRtt">Taken for the round trip until there is a sample.</param>
    public CubicController(int datagramBytes, Duration? initialRtt = null)
    {
        _datagramBytes = datagramBytes;
        _roundTrip = initialRtt ?? RecoverySettings.Default.InitialRtt;
        _state = CubicState.Initial(InitialWindowDatagrams * datagramBytes);
        _beforeEpisode = _state;
    }

    public string Name => "cubic";

    public long WindowBytes => (long)_state.Window;

    public long PacingBytesPerSecond => (long)(
        (_state.IsSlowStart ? SlowStartPacing : AvoidancePacing) * _state.Window / Math.Max(_roundTrip.Seconds, 1e-6));

    private double MinWindow => (double)MinWindowDatagrams * _datagramBytes;

    /// <summary>The window is kept: pacing spreads what leaves first over a round trip, so an old window is no burst.</summary>
    public void OnRestart(Instant now) => ShiftEpoch(now);

    public void OnAcknowledged(in AckSample ack)
    {
        _roundTrip = ack.SmoothedRoundTrip;
        if (ack.IsInRecovery)
        {
            _countedTo = ack.Now;
            return;
        }

        if (_state.IsSlowStart)
        {
            GrowSlowStart(in ack);
        }
        else if (IsWindowUsed(in ack))
        {
            _state.Grow(ack.Now, ack.AcknowledgedBytes, ack.SmoothedRoundTrip, _datagramBytes);
        }
        else
        {
            ShiftEpoch(ack.Now);
        }

        _countedTo = ack.Now;
    }

    public void OnLost(in LossSample loss)
    {
        if (loss.IsNewEpisode)
        {
            _beforeEpisode = _state;
            double beta = loss.LostBytes > 0 ? CubicState.Beta : BetaOfMark;
            _state.Reduce(beta, MinWindow);
        }

        if (loss.IsPersistent)
        {
            _state.Collapse(MinWindow);
        }
    }

    public void OnSpuriousLoss(Instant now)
    {
        if (_beforeEpisode.Window > _state.Window)
        {
            _state = _beforeEpisode;
            ShiftEpoch(now);
        }
    }

    private void GrowSlowStart(in AckSample ack)
    {
        bool isInitial = _state.SlowStartThreshold == double.MaxValue;
        long growth = isInitial ? _slowStart.OnAcknowledged(in ack) : ack.AcknowledgedBytes;

        // A window twice what is used leaves room to double again, and no more.
        if (_state.Window < 2 * ack.FlightMaxBytes)
        {
            _state.Window = Math.Min(_state.Window + growth, Math.Max(_state.Window, _state.SlowStartThreshold));
        }

        if (isInitial && _slowStart.IsOver)
        {
            _state.SlowStartThreshold = _state.Window;
        }
    }

    // Within an eighth: packets leave in batches, so a window in full use is not full at every moment.
    private bool IsWindowUsed(in AckSample ack) =>
        ack.FlightMaxBytes + Math.Max(_state.Window / 8, 3.0 * _datagramBytes) >= _state.Window;

    /// <summary>Time in which the window was not used does not count for its growth (RFC 9438, section 5.8).</summary>
    private void ShiftEpoch(Instant now)
    {
        if (_state.EpochStart != Instant.Never && now > _countedTo)
        {
            _state.EpochStart += now - _countedTo;
        }

        _countedTo = now;
    }
}
