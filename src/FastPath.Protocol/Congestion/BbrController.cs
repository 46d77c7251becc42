using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>Sends at the rate of a model of the path: its greatest delivery rate and shortest round trip (after BBRv3).</summary>
/// <remarks>
/// Loss bounds the flight (<c>_flightHigh</c> for long, <c>_flightLow</c> and <c>_rateLow</c> until the next probe) only as far as
/// congestion causes it: loss that comes without a queue is the path's own and slows nothing down (see
/// <see cref="BackgroundLoss"/>), which is the one liberty taken with the model. App-limited samples never lower an
/// estimate, and neither does time: what ages is the probing cycle, so a flow resumes after idle hours as it stopped.
/// </remarks>
internal sealed partial class BbrController : ICongestionController
{
    private const int InitialWindowDatagrams = 10;
    private const int MinWindowDatagrams = 4;
    private const double StartupPacing = 2.77;
    private const double StartupWindowPacing = 2;
    private const double StartupClockedPacing = 512;
    private const double DrainPacing = 0.5;
    private const double DownPacing = 0.75;
    private const double UpPacing = 1.25;
    private const double StartupWindowGain = 2;
    private const double WindowGain = 1.5;
    private const double UpWindowGain = 1.75;
    private const double ProbeRoundTripWindowGain = 0.5;

    // A little under the estimate, so that a queue drains rather than grows by rounding.
    private const double PacingMargin = 0.99;
    private const double LossMadeUpMax = 0.05;
    private const double Beta = 0.7;
    private const double Headroom = 0.15;
    private const long Unbounded = long.MaxValue;

    // What the sender's batching needs in flight beyond the path's own volume: three batches of a millisecond each.
    private const int BatchesInFlight = 3;
    private const double BatchSeconds = 0.001;
    private const long BatchBytesMax = 64 * 1_024;

    private readonly int _datagramBytes;
    private readonly SeededRandom _random;
    private BandwidthFilter _bandwidth;
    private PlateauDetector _plateau;
    private AckAggregation _aggregation;
    private BackgroundLoss _background;
    private QueueTrim _trim;
    private RoundTripCounter _rounds;
    private RoundTripCounter _lossRounds;
    private bool _isRoundTripStart;
    private bool _isFull;
    private bool _isPathFelt;
    private bool _restarted;
    private bool _isMarked;
    private long _newlyLost;
    private long _window;
    private long _pacing;
    private long _delivered;
    private long _lastRate;

    public BbrController(int datagramBytes, Duration initialRtt, ulong seed)
    {
        _datagramBytes = datagramBytes;
        _random = new SeededRandom(seed);
        _window = InitialWindowDatagrams * datagramBytes;
        _pacing = (long)(StartupPacing * _window / Math.Max(initialRtt.Seconds, 1e-6));
    }

    public string Name => "bbr";

    public BbrPhase Phase { get; private set; } = BbrPhase.Startup;

    public long WindowBytes => _window;

    public long PacingBytesPerSecond => _pacing;

    /// <summary>Estimate of the path's rate, without the short-term bound.</summary>
    public long BandwidthBytesPerSecond => _bandwidth.BytesPerSecond;

    public Duration MinRoundTrip { get; private set; } = Duration.Zero;

    public double PathLoss => _background.ShareWith(_datagramBytes);

    private long MinWindow => MinWindowDatagrams * _datagramBytes;

    private long Rate => Math.Min(_bandwidth.BytesPerSecond, _rateLow);

    private bool IsProbingCycle => Phase is BbrPhase.Down or BbrPhase.Cruise or BbrPhase.Refill or BbrPhase.Up;

    private double PacingGain => Phase switch
    {
        BbrPhase.Startup => StartupPacing,
        BbrPhase.Drain => DrainPacing,
        BbrPhase.Down => DownPacing,
        BbrPhase.Up => UpPacing,
        BbrPhase.Cruise => 1 - _trim.Share,
        _ => 1,
    };

    private double CurrentWindowGain => Phase switch
    {
        BbrPhase.Startup or BbrPhase.Drain => StartupWindowGain,
        BbrPhase.Up => UpWindowGain,
        _ => WindowGain,
    };

    public void OnRestart(Instant now)
    {
        _restarted = true;
        _aggregation.OnRestart(now);
        if (Phase == BbrPhase.ProbeRoundTrip)
        {
            EndProbeRoundTripIfDue(now);
        }
    }

    public void OnAcknowledged(in AckSample ack)
    {
        _delivered = ack.DeliveredBytes;
        bool isAppLimited = ack.IsAppLimited && !IsPathSettingRate(in ack);
        _isPathFelt |= HasWaited(in ack) && MinRoundTrip > Duration.Zero;
        _isRoundTripStart = _rounds.OnAcknowledged(in ack);
        _roundTripsSinceProbe += _isRoundTripStart ? 1 : 0;
        if (ack.RateBytesPerSecond > 0)
        {
            _lastRate = ack.RateBytesPerSecond;
            _bandwidth.Add(ack.RateBytesPerSecond, isAppLimited);
            _plateau.Add(ack.RateBytesPerSecond, isAppLimited, _isRoundTripStart);
        }

        AdaptLowerBounds(in ack);
        _aggregation.Add(in ack, Rate, _window, _isRoundTripStart);
        AdaptUpperBounds(in ack);
        Turn(in ack);
        UpdateMinRoundTrip(in ack);
        SetPacing(ack.SmoothedRoundTrip);
        SetWindow(in ack);
        _newlyLost = 0;
    }

    public void OnLost(in LossSample loss)
    {
        if (loss.IsNewEpisode)
        {
            SaveBounds();
        }

        if (loss.IsPersistent)
        {
            // An outage says nothing of the path's rate: only the way back is careful.
            _window = MinWindow;
            _newlyLost = 0;
            _restarted = true;
            _background.Forgive();
            ResetLowerBounds();
            return;
        }

        _isMarked |= loss.MarkedPackets > 0;
        _newlyLost += loss.LostBytes;
        _background.OnLost(loss.LostBytes);
        if (_isProbeSample && IsTooHigh(loss.LostSinceSendBytes, loss.FlightAtSendBytes))
        {
            OnFlightTooHigh(loss.Now, FlightWhenTooHigh(in loss), loss.IsAppLimited);
        }
    }

    public void OnSpuriousLoss(Instant now) => RestoreBounds();

    /// <summary>Bytes in flight that keep the path busy, times <paramref name="gain"/>.</summary>
    private long Volume(double gain) => MinRoundTrip == Duration.Zero || Rate == 0
        ? InitialWindowDatagrams * _datagramBytes
        : (long)(gain * Rate * MinRoundTrip.Seconds);

    /// <summary>The same, and what it takes to send and acknowledge in batches.</summary>
    private long Flight(double gain)
    {
        long batch = Math.Clamp((long)(_pacing * BatchSeconds), 2 * _datagramBytes, BatchBytesMax);
        long flight = Math.Max(Math.Max(Volume(gain), BatchesInFlight * batch), MinWindow);
        return Phase == BbrPhase.Up ? flight + (2 * _datagramBytes) : flight;
    }

    private void SetPacing(Duration roundTrip)
    {
        // What is delivered is less than what the path carries by what it loses: to fill it that much more must leave, as
        // long as no queue comes of it.
        double madeUp = IsQueueEmpty ? Math.Min(_background.Share, LossMadeUpMax) : 0;
        long rate = (long)(PacingGain * Rate * PacingMargin / (1 - madeUp));
        if (Phase == BbrPhase.Startup)
        {
            // Samples lag behind the window by the round trip that it takes to acknowledge it. Until a queue or a loss is seen
            // the acknowledgements are clock enough: they come as fast as the path lets packets through.
            double gain = _isPathFelt ? StartupWindowPacing : StartupClockedPacing;
            rate = Math.Max(rate, (long)(gain * _window / Math.Max(roundTrip.Seconds, 1e-6)));
        }

        if (rate > 0 && (_isFull || _isPathFelt || rate > _pacing))
        {
            _pacing = rate;
        }
    }

    private void SetWindow(in AckSample ack)
    {
        long most = Flight(CurrentWindowGain) + _aggregation.ExtraBytes;
        // Before the path is felt what it loses says nothing of its room.
        _window = Math.Max(_window - (_isPathFelt ? _newlyLost : 0), MinWindow);
        if (_isFull)
        {
            _window = Math.Min(_window + ack.AcknowledgedBytes, most);
        }
        else if (_window < most || ack.DeliveredBytes < InitialWindowDatagrams * _datagramBytes)
        {
            _window += ack.AcknowledgedBytes;
        }

        _window = Math.Max(Math.Min(_window, WindowBound()), MinWindow);
    }

    private long WindowBound()
    {
        long bound = Phase switch
        {
            BbrPhase.Down or BbrPhase.Refill or BbrPhase.Up => _flightHigh,
            BbrPhase.Cruise => FlightWithHeadroom(),
            BbrPhase.ProbeRoundTrip => Math.Min(FlightWithHeadroom(), ProbeRoundTripWindow),
            _ => Unbounded,
        };
        return Math.Min(bound, _flightLow);
    }
}
