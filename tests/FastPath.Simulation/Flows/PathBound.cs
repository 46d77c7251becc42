using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>How long a transfer may take on a path, by the algorithm's own arithmetic (scenario F8).</summary>
/// <remarks>
/// The ideal is an initial window of ten datagrams that doubles each round trip until it covers the link, and then the
/// link's rate. Without loss 1.15 times the ideal is allowed, with loss the ideal and the size at 60 % of a rate:
/// of CUBIC the response function of RFC 9438, section 5, in its own and its Reno region; of the model-based controller
/// what the link lets through up to one per cent of loss, and twice CUBIC's beyond; of LEDBAT++ the response function of a
/// Reno flow that grows by its gain. Its ideal is its own as well: see <see cref="LedbatIdeal"/>.
/// </remarks>
internal static class PathBound
{
    public const int DatagramBytes = 1_200;
    private const int InitialDatagrams = 10;
    private const double ToleranceWithoutLoss = 1.15;
    private const double ShareWithLoss = 0.6;
    private const double ModelBasedLossMax = 0.01;

    // C = 0.4 and beta = 0.7: (C (3 + beta) / (4 (1 - beta)))^(1/4), in datagrams.
    private const double CubicFactor = 1.0538;

    // Of 1,200 bytes on the link: the rest is header, authentication tag and the head of a frame.
    private const double PayloadShare = 1_140.0 / DatagramBytes;
    private const double InitialWindow = InitialDatagrams * DatagramBytes * PayloadShare;

    /// <summary>The longest time that passes.</summary>
    public static Duration LimitOf(TransferCase transfer)
    {
        Duration ideal = IdealOf(transfer);
        return transfer.Loss == 0
            ? Duration.FromSeconds(ideal.Seconds * ToleranceWithoutLoss)
            : ideal + Duration.FromSeconds(transfer.PayloadBytes / (ShareWithLoss * PayloadRateOf(transfer)));
    }

    /// <summary>
    /// The longest time that a sender can be asked for once something is lost: what is allowed without loss, and the round
    /// trip that a repair takes. On a path that holds the whole transfer <see cref="LimitOf"/> is shorter than that.
    /// </summary>
    public static Duration RepairLimitOf(TransferCase transfer) => Duration.Max(
        LimitOf(transfer),
        Duration.FromSeconds(IdealOf(transfer).Seconds * ToleranceWithoutLoss)
            + (transfer.Loss == 0 ? Duration.Zero : transfer.RoundTrip));

    /// <summary>From the first byte written until the last one read, when nothing is lost.</summary>
    public static Duration IdealOf(TransferCase transfer)
    {
        double rate = transfer.LinkBytesPerSecond * PayloadShare;
        if (transfer.Algorithm == CongestionAlgorithm.Ledbat)
        {
            double queueSeconds = (double)transfer.Link.QueueBytes / transfer.LinkBytesPerSecond;
            return LedbatIdeal.Of(transfer.PayloadBytes, rate, transfer.RoundTrip, InitialWindow, queueSeconds);
        }

        double window = InitialWindow;
        double remaining = transfer.PayloadBytes;
        double seconds = transfer.RoundTrip.Seconds / 2;
        while (window < rate * transfer.RoundTrip.Seconds && remaining > window)
        {
            remaining -= window;
            window *= 2;
            seconds += transfer.RoundTrip.Seconds;
        }

        return Duration.FromSeconds(seconds + (remaining / rate));
    }

    /// <summary>Payload bytes a second that the algorithm reaches at this loss in the steady state.</summary>
    public static double PayloadRateOf(TransferCase transfer) => PayloadShare * Math.Min(
        transfer.LinkBytesPerSecond * (1 - transfer.Loss),
        transfer.Algorithm switch
        {
            CongestionAlgorithm.Cubic => CubicRate(transfer),
            CongestionAlgorithm.Bbr => transfer.Loss <= ModelBasedLossMax ? double.MaxValue : 2 * CubicRate(transfer),
            _ => RenoRate(transfer, LedbatIdeal.GainOf(transfer.RoundTrip)),
        });

    private static double CubicRate(TransferCase transfer)
    {
        double datagrams = CubicFactor * Math.Pow(transfer.RoundTrip.Seconds / transfer.Loss, 0.75);
        return Math.Max(datagrams * DatagramBytes / transfer.RoundTrip.Seconds, RenoRate(transfer, 1));
    }

    private static double RenoRate(TransferCase transfer, double gain) =>
        Math.Sqrt(1.5 * gain / transfer.Loss) * DatagramBytes / transfer.RoundTrip.Seconds;
}
