using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>
/// How late, in packets and in time, a packet may be before it counts as lost. Starts at the thresholds of RFC 9002,
/// section 6.1; each packet that arrives after all widens them as far as it would have needed, and a run of real losses
/// narrows them again.
/// </summary>
internal sealed class ReorderTolerance(int packetThresholdInitial)
{
    // A packet threshold may grow freely: time still finds the losses, at most a quarter of a round trip later.
    private const int PacketThresholdMax = 4_096;
    private const int EighthsInitial = 1;
    private const int EighthsMax = 8;
    private const int CertainEpisodesToReset = 16;

    private int _packetThreshold;
    private int _eighths = EighthsInitial;
    private int _certainEpisodes;

    public int PacketThreshold => Math.Max(packetThresholdInitial, _packetThreshold);

    public Duration LossDelay(RttEstimator rtt) =>
        Duration.Max(Base(rtt) * (8 + _eighths) / 8, RttEstimator.Granularity);

    /// <param name="distance">How far behind the largest acknowledged number it came.</param>
    /// <param name="age">From its sending to its acknowledgement.</param>
    public void OnArrivedLate(ulong distance, Duration age, RttEstimator rtt)
    {
        _packetThreshold = (int)Math.Max((ulong)_packetThreshold, Math.Min(distance + 1, PacketThresholdMax));
        long eighths = (age.Nanoseconds * 8 / Math.Max(1, Base(rtt).Nanoseconds)) - 7;
        _eighths = (int)Math.Clamp(eighths, _eighths, EighthsMax);
        _certainEpisodes = 0;
    }

    /// <summary>An episode ended in which nothing arrived late.</summary>
    public void OnCertainEpisode()
    {
        _certainEpisodes++;
        if (_certainEpisodes >= CertainEpisodesToReset)
        {
            _packetThreshold = 0;
            _eighths = EighthsInitial;
        }
    }

    private static Duration Base(RttEstimator rtt) => Duration.Max(rtt.Latest, rtt.Smoothed);
}
