using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>Constants of loss recovery; the defaults are those of RFC 9002, section 6, and decision D8.</summary>
internal sealed record RecoverySettings
{
    public static readonly RecoverySettings Default = new();

    public Duration InitialRtt { get; init; } = Duration.FromMilliseconds(100);

    /// <summary>Longest time that the peer keeps an acknowledgement back.</summary>
    public Duration PeerMaxAckDelay { get; init; } = Duration.FromMilliseconds(5);

    /// <summary>Cap of the backed-off probe timeout.</summary>
    public Duration ProbeIntervalMax { get; init; } = Duration.FromSeconds(2);

    public int PacketThreshold { get; init; } = 3;
}
