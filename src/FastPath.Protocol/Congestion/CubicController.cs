using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>CUBIC (RFC 9438) with fast convergence and the Reno-friendly region; slow start until the first loss.</summary>
internal sealed class CubicController : ICongestionController
{
    private const int InitialWindowDatagrams = 10;
    private const int MinWindowDatagrams = 2;

    // RFC 9438, section 4.6 and 5.
    private const double Beta = 0.7;
    private const double C = 0.4;
    private const double RenoAlpha = 3 * (1 - Beta) / (1 + Beta);

    private readonly int _datagramBytes;
    private double _window;
    private double _slowStartThreshold = double.MaxValue;
    private double _windowMax;
    private double _windowReno;
    private double _k;
    private Instant _epochStart = Instant.Never;
    private Instant _recoveryStart = new(-1);

    public CubicController(int datagramBytes)
    {
        _datagramBytes = datagramBytes;
        _window = (double)InitialWindowDatagrams * datagramBytes;
    }

    public string Name => "cubic";

    public long WindowBytes => (long)_window;

    private double MinWindow => (double)MinWindowDatagrams * _datagramBytes;

    public void OnAcknowledged(
        Instant now, long acknowledgedBytes, Instant newestSentAt, bool isAppLimited, RttEstimator rtt)
    {
        if (isAppLimited || newestSentAt <= _recoveryStart)
        {
            return;
        }

        if (_window < _slowStartThreshold)
        {
            _window += acknowledgedBytes;
            return;
        }

        if (_epochStart == Instant.Never)
        {
            BeginEpoch(now);
        }

        double t = (now - _epochStart + rtt.Smoothed).Seconds;
        double target = (C * Math.Pow(t - _k, 3) * _datagramBytes) + _windowMax;
        target = Math.Clamp(target, _window, 1.5 * _window);
        _windowReno += RenoAlpha * _datagramBytes * acknowledgedBytes / _window;
        double cubic = _window + ((target - _window) * acknowledgedBytes / _window);
        _window = Math.Max(cubic, _windowReno);
    }

    public void OnLost(Instant now, long lostBytes, Instant newestLostSentAt, bool isPersistent)
    {
        if (newestLostSentAt > _recoveryStart)
        {
            // Fast convergence: a flow whose peak fell leaves room for a newcomer.
            _windowMax = _window < _windowMax ? _window * (1 + Beta) / 2 : _window;
            _window = Math.Max(_window * Beta, MinWindow);
            _slowStartThreshold = _window;
            _recoveryStart = now;
            _epochStart = Instant.Never;
        }

        if (isPersistent)
        {
            _window = MinWindow;
            _epochStart = Instant.Never;
        }
    }

    private void BeginEpoch(Instant now)
    {
        _epochStart = now;
        _windowReno = _window;
        _windowMax = Math.Max(_windowMax, _window);
        _k = Math.Cbrt((_windowMax - _window) / _datagramBytes / C);
    }
}
