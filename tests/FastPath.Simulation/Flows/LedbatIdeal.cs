using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>A transfer by LEDBAT++ when nothing is lost and nobody else is there, in steps of one round trip.</summary>
/// <remarks>
/// The window grows by the gain until the queue has taken three quarters of the target; two round trips later comes the
/// first slowdown, which no sender by that draft is spared: two datagrams a round trip for two of them, and the way back
/// by the same gain.
/// </remarks>
internal static class LedbatIdeal
{
    private const double TargetSeconds = 0.06;
    private const double SlowStartTargetShare = 0.75;
    private const int DivisorMax = 16;
    private const int RoundTripsBeforeSlowdown = 2;
    private const int RoundTripsOfSlowdown = 2;
    private const double SlowdownWindowBytes = 2_280;

    /// <summary>Datagrams a round trip by which a window grows: less where a standard flow is quick.</summary>
    public static double GainOf(Duration roundTrip) =>
        1 / Math.Clamp(Math.Ceiling(2 * TargetSeconds / roundTrip.Seconds), 1, DivisorMax);

    /// <param name="rate">Payload bytes a second of the link.</param>
    /// <param name="window">The initial one, of payload.</param>
    /// <param name="queueSeconds">What the queue holds: one that is full ends the start as well.</param>
    public static Duration Of(double payload, double rate, Duration roundTrip, double window, double queueSeconds)
    {
        double growth = 1 + GainOf(roundTrip);
        double exit = rate * (roundTrip.Seconds + Math.Min(TargetSeconds * SlowStartTargetShare, queueSeconds));
        var transfer = new Steps(payload, rate, roundTrip.Seconds);
        for (; window < exit; window *= growth)
        {
            transfer.Step(window);
        }

        for (int i = 0; i < RoundTripsBeforeSlowdown; i++)
        {
            transfer.Step(exit);
        }

        for (int i = 0; i < RoundTripsOfSlowdown; i++)
        {
            transfer.Step(SlowdownWindowBytes);
        }

        double full = rate * roundTrip.Seconds;
        for (window = Math.Min(SlowdownWindowBytes, full); window < full; window *= growth)
        {
            transfer.Step(window);
        }

        return transfer.Finish();
    }

    private struct Steps(double payload, double rate, double roundTripSeconds)
    {
        private double _remaining = payload;
        private double _seconds = roundTripSeconds / 2;

        /// <summary>A round trip; one longer than the path's where the window stands in a queue.</summary>
        public void Step(double window)
        {
            double sent = Math.Min(window, _remaining);
            _seconds += _remaining <= window ? sent / rate : Math.Max(roundTripSeconds, window / rate);
            _remaining -= sent;
        }

        public readonly Duration Finish() => Duration.FromSeconds(_seconds + (_remaining / rate));
    }
}
