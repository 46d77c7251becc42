using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>
/// Tells loss that a full queue causes from loss that the path has anyway (radio, bad cables). Judged once a round trip:
/// what is lost while no queue stands is the path's own, and more than that is congestion.
/// </summary>
/// <remarks>
/// With a standing queue any loss beyond the path's own counts; without one, two per cent more is tolerated, as
/// a probe must be allowed to be wrong. The path's own share is capped: a shallow queue loses without delay as well, and a
/// flow must not learn to live with what it causes.
/// </remarks>
internal struct BackgroundLoss
{
    private const double Tolerance = 0.02;
    private const double ShareMax = 0.15;
    private const double Spread = 1.5;
    private const double Deviations = 2;

    // Weights of the running share, in datagrams: as if so many had arrived whole before, and how many are remembered.
    private const int InitialDatagrams = 200;
    private const int MemoryDatagrams = 1_500;
    private static readonly Duration QueueMin = Duration.FromMilliseconds(2);

    private double _lost;
    private double _sent;
    private long _roundLost;
    private long _roundDelivered;
    private Duration _roundShortest;

    /// <summary>Share of loss from which on a probe went too far.</summary>
    public readonly double ProbeThreshold => Tolerance + Share;

    private readonly double Share => _sent == 0 ? 0 : Math.Min(_lost / _sent * Spread, ShareMax);

    public void OnLost(long bytes) => _roundLost += bytes;

    public void OnAcknowledged(in AckSample ack)
    {
        _roundDelivered += ack.AcknowledgedBytes;
        if (ack.RoundTrip > Duration.Zero)
        {
            _roundShortest = _roundShortest == Duration.Zero ? ack.RoundTrip : Duration.Min(_roundShortest, ack.RoundTrip);
        }
    }

    /// <summary>What was lost in this round trip is explained by something else than the path's quality.</summary>
    public void Forgive() => _roundLost = 0;

    /// <summary>Ends a round trip.</summary>
    /// <returns>True when it lost more than the path does by itself.</returns>
    public bool EndRoundTrip(Duration shortestKnown, int datagramBytes)
    {
        double total = _roundLost + _roundDelivered;
        bool isQueued = _roundShortest > shortestKnown + Duration.Max(shortestKnown / 8, QueueMin);
        bool isCongested = _roundLost > 0 && _roundLost > Expected(total, Share + (isQueued ? 0 : Tolerance), datagramBytes);
        if (!isQueued && total > 0)
        {
            Learn(total, datagramBytes);
        }

        _roundLost = 0;
        _roundDelivered = 0;
        _roundShortest = Duration.Zero;
        return isCongested;
    }

    /// <summary>What chance alone explains: the mean, and twice its deviation, without which a short round trip proves nothing.</summary>
    private static double Expected(double total, double share, int datagramBytes) =>
        (total * share) + (Deviations * Math.Sqrt(total * share * datagramBytes));

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
    }
}
