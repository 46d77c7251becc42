using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>How long a transfer takes that nothing but the path holds back: what a controller is measured against.</summary>
/// <remarks>
/// The sender starts with ten datagrams, doubles each round trip, and then keeps the lower of two rates: the link's, and
/// for a path with random loss that of a standard loss-based flow, sqrt(3/2) / sqrt(loss) datagrams a round trip.
/// </remarks>
internal static class PathReference
{
    private const int DatagramBytes = 1_200;
    private const int InitialDatagrams = 10;

    // Of 1,200 bytes on the link: the rest is header, authentication tag and the head of a frame.
    private const double PayloadShare = 1_140.0 / DatagramBytes;

    /// <summary>Payload bytes a second in the steady state.</summary>
    public static double RateOf(double linkBytesPerSecond, Duration roundTrip, double loss)
    {
        double lossBound = loss == 0
            ? double.MaxValue
            : Math.Sqrt(1.5 / loss) * DatagramBytes / roundTrip.Seconds;
        return Math.Min(linkBytesPerSecond, lossBound) * PayloadShare;
    }

    /// <summary>From the first byte written until the last one read.</summary>
    public static Duration TransferTime(long payloadBytes, double linkBytesPerSecond, Duration roundTrip, double loss)
    {
        double rate = RateOf(linkBytesPerSecond, roundTrip, loss);
        double window = InitialDatagrams * DatagramBytes * PayloadShare;
        double remaining = payloadBytes;
        double seconds = roundTrip.Seconds / 2;
        while (window < rate * roundTrip.Seconds && remaining > window)
        {
            remaining -= window;
            window *= 2;
            seconds += roundTrip.Seconds;
        }

        return Duration.FromSeconds(seconds + (remaining / rate));
    }
}
