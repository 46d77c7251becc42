using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>The window and the curve it follows (RFC 9438, section 4); a value, so that a spurious loss can be undone.</summary>
internal struct CubicState
{
    public const double Beta = 0.7;
    private const double C = 0.4;
    private const double RenoAlpha = 3 * (1 - Beta) / (1 + Beta);

    public double Window;
    public double SlowStartThreshold;

    /// <summary>Never between a reduction and the first growth after it.</summary>
    public Instant EpochStart;
    private double _windowMax;
    private double _windowReno;
    private double _windowPrior;
    private double _k;

    public readonly bool IsSlowStart => Window < SlowStartThreshold;

    public static CubicState Initial(double window) =>
        new() { Window = window, SlowStartThreshold = double.MaxValue, EpochStart = Instant.Never };

    /// <summary>Congestion avoidance.</summary>
    public void Grow(Instant now, long acknowledgedBytes, Duration roundTrip, int datagramBytes)
    {
        if (EpochStart == Instant.Never)
        {
            EpochStart = now;
            _windowReno = Window;
            _windowMax = Math.Max(_windowMax, Window);
            _k = Math.Cbrt((_windowMax - Window) / datagramBytes / C);
        }

        double t = (now - EpochStart + roundTrip).Seconds - _k;
        double target = (C * t * t * t * datagramBytes) + _windowMax;
        target = Math.Clamp(target, Window, 1.5 * Window);

        // Once it has regained what it lost, the Reno estimate grows as Reno does.
        double alpha = _windowReno < _windowPrior ? RenoAlpha : 1;
        _windowReno += alpha * datagramBytes * acknowledgedBytes / Window;
        Window = Math.Max(Window + ((target - Window) * acknowledgedBytes / Window), _windowReno);
    }

    public void Reduce(double beta, double windowMin)
    {
        // Fast convergence: a flow whose peak fell leaves room for a newcomer.
        _windowMax = Window < _windowMax ? Window * (1 + beta) / 2 : Window;
        _windowPrior = Window;
        Window = Math.Max(Window * beta, windowMin);
        SlowStartThreshold = Window;
        EpochStart = Instant.Never;
    }

    /// <summary>Starts over from the least; the threshold remembers how far slow start may go.</summary>
    public void Collapse(double windowMin)
    {
        Window = windowMin;
        EpochStart = Instant.Never;
    }
}
