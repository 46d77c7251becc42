using FastPath.Protocol.Packets;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Connections;

/// <summary>Frozen values of a connection; the defaults are those of decision D8.</summary>
internal sealed record ConnectionSettings
{
    public static readonly ConnectionSettings Default = new();

    public Duration IdleTimeout { get; init; } = Duration.FromSeconds(45);

    /// <summary>Silence after which a PING keeps the connection alive.</summary>
    public Duration KeepAliveInterval { get; init; } = Duration.FromSeconds(15);

    public Duration MaxAckDelay { get; init; } = Duration.FromMilliseconds(5);

    public PathMtuSettings Mtu { get; init; } = PathMtuSettings.Default;

    /// <summary>MESSAGE bytes that the peer may have outstanding.</summary>
    public long MessageCreditBytes { get; init; } = 64 * 1_024;

    public StreamSettings Streams { get; init; } = StreamSettings.Default;

    public RekeyLimits RekeyLimits { get; init; } = RekeyLimits.Default;

    public RecoverySettings Recovery { get; init; } = RecoverySettings.Default;
}
