using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

/// <summary>Samples as a sender at the limit of its window would give them.</summary>
internal static class Samples
{
    public const int Datagram = 1_200;
    public static readonly Duration RoundTrip = Duration.FromMilliseconds(50);

    /// <param name="delivered">In all, this ACK included.</param>
    public static AckSample Ack(Instant now, long window, long acknowledged, long delivered, bool isUsed = true, Duration? roundTrip = null) =>
        new()
        {
            Now = now,
            AcknowledgedBytes = acknowledged,
            FlightBytes = isUsed ? window - acknowledged : 0,
            FlightMaxBytes = isUsed ? window : 2 * Datagram,
            NewestBytes = Datagram,
            FlightAtSendBytes = isUsed ? window : Datagram,
            LostSinceSendBytes = 0,
            DeliveredBytes = delivered,
            DeliveredAtSendBytes = Math.Max(0, delivered - (isUsed ? window : Datagram)),
            RateBytesPerSecond = (long)((isUsed ? window : Datagram) / RoundTrip.Seconds),
            IsAppLimited = !isUsed,
            IsInRecovery = false,
            RoundTrip = roundTrip ?? RoundTrip,
            SmoothedRoundTrip = RoundTrip,
        };

    public static LossSample Loss(Instant now, long window, long lost = Datagram, bool isNew = true, bool isPersistent = false) => new()
    {
        Now = now,
        LostBytes = lost,
        IsNewEpisode = isNew,
        IsPersistent = isPersistent,
        FlightBytes = window - lost,
        FlightAtSendBytes = window,
        LostSinceSendBytes = lost,
    };
}
