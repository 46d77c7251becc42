using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>
/// Tells loss that a full queue causes from loss that the path has anyway (radio, bad cables). Judged once a round trip:
/// what is lost while no queue stands is the path's own, and more than that is congestion.
/// </summary>
/// <remarks>
/// With a standing queue any loss beyond the path's own counts; without one, two per cent more is tolerated, as
/// a probe must be allowed to be wrong. The path's own share is capped: a shallow queue loses without delay as well, and a
/// flow must not learn to live with what it causes. A path that loses in bursts differs more from round trip to round trip
/// than chance by the packet explains; how much more is learnt with the share.
/// </remarks>
internal struct BackgroundLoss
{
    private const double Tolerance = 0.02;
    private const double ShareMax = 0.15;
    private const double Spread = 1.5;
    private const double Deviations = 2;

    // Whatever the path does by itself, a round trip that lost this much is congested.
    private const double RoundShareMax = 0.25;

    // Weights of the running share, in datagrams: as if so many had arrived whole before, and how many are remembered.
    private const int InitialDatagrams = 200;
    private const int MemoryDatagrams = 1_500;

    // Of the dispersion: losses expected in round trips remembered, and as if so many had come one by one before.
    private const double InitialLosses = 4;
    private const double MemoryLosses = 40;
    private const double DispersionMax = 16;
    private static readonly Duration QueueMin = Duration.FromMilliseconds(2);

    private double _lost;
    private double _sent;
    private double _squares;
    private double _expected;
    private long _roundLost;
    private long _roundDelivered;
    private Duration _roundShortest;
    private long _roundFlight;

    /// <summary>What the shortest round trip of the last one had to wait.</summary>
    public Duration RoundQueue { get; private set; }

    /// <summary>Share of loss from which on a probe went too far.</summary>
    public readonly double ProbeThreshold => Tolerance + Math.Min(Share * Spread, ShareMax);

    /// <summary>What the path loses by itself, of packets.</summary>
    public readonly double Share => _sent == 0 ? 0 : _lost / _sent;

    /// <summary>Variance of the losses of a round trip over their mean: 1 when each packet has its own chance, more in bursts.</summary>
    private readonly double Dispersion => Math.Clamp((InitialLosses + _squares) / (InitialLosses + _expected), 1, DispersionMax);

    /// <summary>Whether a flight lost more than a probe may: one datagram of a short flight says nothing.</summary>
    public readonly bool IsProbeTooHigh(long lostBytes, long flightBytes, int datagramBytes) =>
        lostBytes > datagramBytes && lostBytes > Expected(flightBytes, ProbeThreshold, 1, Dispersion, datagramBytes);

    /// <summary>The same for the start, which ends for good: more than chance explains, and more than two datagrams.</summary>
    public readonly bool IsStartTooHigh(long lostBytes, long flightBytes, int datagramBytes) =>
        lostBytes > 2 * datagramBytes && lostBytes > Expected(flightBytes, ProbeThreshold, Deviations, Dispersion, datagramBytes);

    /// <summary>What the path loses by itself, the round trip that runs included: what it has lost may be known before it is over.</summary>
    public readonly double ShareWith(int datagramBytes) =>
        (_lost + _roundLost) / (Math.Max(_sent, (double)InitialDatagrams * datagramBytes) + _roundLost + _roundDelivered);

    public void OnLost(long bytes) => _roundLost += bytes;

    public void OnAcknowledged(in AckSample ack)
    {
        _roundDelivered += ack.AcknowledgedBytes;
        _roundFlight = Math.Max(_roundFlight, ack.FlightAtSendBytes);
        if (ack.RoundTrip > Duration.Zero)
        {
            _roundShortest = _roundShortest == Duration.Zero ? ack.RoundTrip : Duration.Min(_roundShortest, ack.RoundTrip);
        }
    }

    /// <summary>What was lost in this round trip is explained by something else than the path's quality.</summary>
    public void Forgive() => _roundLost = 0;

    /// <summary>Ends a round trip.</summary>
    /// <param name="volumeBytes">What the path holds: with less in flight a long round trip is no queue of ours, but a busy host.</param>
    /// <returns>True when it lost more than the path does by itself.</returns>
    public bool EndRoundTrip(Duration shortestKnown, long volumeBytes, int datagramBytes)
    {
        double total = _roundLost + _roundDelivered;
        bool isQueued = _roundFlight > volumeBytes && _roundShortest > shortestKnown + Duration.Max(shortestKnown / 8, QueueMin);
        double share = isQueued ? Math.Min(Share * Spread, ShareMax) : Math.Min(Share, ShareMax) + Tolerance;
        double dispersion = isQueued ? 1 : Dispersion;
        double expected = Math.Min(Expected(total, share, Deviations, dispersion, datagramBytes), Math.Max(total * RoundShareMax, 2 * datagramBytes));
        bool isCongested = _roundLost > 0 && _roundLost > expected;
        if (!isQueued && total > 0)
        {
            Learn(total, datagramBytes);
        }

        RoundQueue = Duration.Max(_roundShortest - shortestKnown, Duration.Zero);
        _roundLost = 0;
        _roundDelivered = 0;
        _roundShortest = Duration.Zero;
        _roundFlight = 0;
        return isCongested;
    }

    /// <summary>What chance alone explains: the mean, and some deviations, without which a short round trip proves nothing.</summary>
    private static double Expected(double total, double share, double deviations, double dispersion, int datagramBytes) =>
        (total * share) + (deviations * Math.Sqrt(total * share * datagramBytes * dispersion));

    private void Learn(double total, int datagramBytes)
    {
        _sent = _sent == 0 ? (double)InitialDatagrams * datagramBytes : _sent;
        _lost += _roundLost;
        _sent += total;
        double excess = _sent / ((double)MemoryDatagrams * datagramBytes);
        if (excess > 1)
        {
            _lost /= excess;
            _sent /= excess;
        }

        LearnDispersion(total * Share / datagramBytes, (double)_roundLost / datagramBytes);
    }

    private void LearnDispersion(double expected, double lost)
    {
        _squares += (lost - expected) * (lost - expected);
        _expected += expected;
        double excess = _expected / MemoryLosses;
        if (excess > 1)
        {
            _squares /= excess;
            _expected /= excess;
        }
    }
}
