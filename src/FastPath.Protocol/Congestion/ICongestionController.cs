using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>How many bytes may be in flight, and how fast they may leave (decision D9).</summary>
/// <remarks>Sizes are bytes on the wire, in one unit with what recovery counts as in flight.</remarks>
internal interface ICongestionController
{
    string Name { get; }

    long WindowBytes { get; }

    /// <param name="acknowledgedBytes">Newly acknowledged in this ACK.</param>
    /// <param name="newestSentAt">When the newest of them left.</param>
    /// <param name="isAppLimited">The window was not full, so it must not grow.</param>
    void OnAcknowledged(
        Instant now, long acknowledgedBytes, Instant newestSentAt, bool isAppLimited, RttEstimator rtt);

    /// <param name="newestLostSentAt">When the newest packet of this loss left; one reduction a round trip.</param>
    /// <param name="isPersistent">Persistent congestion: everything over a long span was lost.</param>
    void OnLost(Instant now, long lostBytes, Instant newestLostSentAt, bool isPersistent);
}
