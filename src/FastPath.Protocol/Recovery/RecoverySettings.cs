using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Constants of loss recovery; the defaults are those of RFC 9002, section 6, and decisions D8 and D9.</summary>
internal sealed record RecoverySettings
{
    public static readonly RecoverySettings Default = new();

    public Duration InitialRtt { get; init; } = Duration.FromMilliseconds(100);

    /// <summary>Longest time that the peer keeps an acknowledgement back.</summary>
    public Duration PeerMaxAckDelay { get; init; } = Duration.FromMilliseconds(5);

    /// <summary>Cap of the backed-off probe timeout.</summary>
    public Duration ProbeIntervalMax { get; init; } = Duration.FromSeconds(2);

    public int PacketThreshold { get; init; } = 3;

    public CongestionAlgorithm Congestion { get; init; } = CongestionAlgorithm.Bbr;

    /// <summary>Packets leave as ECN-capable as long as peer and path bear it out.</summary>
    public bool UsesEcn { get; init; } = true;

    /// <summary>Queueing delay that LEDBAT++ aims at.</summary>
    public Duration LedbatTarget { get; init; } = Duration.FromMilliseconds(60);

    /// <summary>Bytes a second that may leave, whatever the controller says; 0 for no limit.</summary>
    public long RateLimitBytesPerSecond { get; init; }

    /// <summary>The bucket of a whole endpoint, from which all its connections draw; null for none.</summary>
    public Pacer? SharedLimit { get; init; }

    /// <summary>Below this round trip a controller's own pacing costs more than it helps.</summary>
    public Duration PacingRttMin { get; init; } = Duration.FromMilliseconds(1);

    /// <summary>
    /// Sending time that may leave at once: it covers the granularity of the engine's timer. Never less than a fifth of
    /// the initial window (two datagrams), never more than <see cref="PacingBurstBytesMax"/>.
    /// </summary>
    public Duration PacingBurst { get; init; } = Duration.FromMilliseconds(1);

    public long PacingBurstBytesMax { get; init; } = 512 * 1_024;

    /// <summary>Sending time that a sender which was woken late may make up for at once; more where half the round trip is more.</summary>
    public Duration PacingLateness { get; init; } = Duration.FromMilliseconds(10);

    /// <summary>What may leave at once at a rate to catch up with it.</summary>
    public long LateBytes(long bytesPerSecond, Duration roundTrip) => (long)Math.Min(
        bytesPerSecond * Duration.Max(PacingLateness, roundTrip / 2).Seconds, PacingBurstBytesMax);

    /// <summary>What may leave at once at a rate.</summary>
    public long BurstBytes(long bytesPerSecond, long bytesMin) => Math.Clamp(
        (long)(bytesPerSecond * PacingBurst.Seconds), bytesMin, Math.Max(bytesMin, PacingBurstBytesMax));
}
