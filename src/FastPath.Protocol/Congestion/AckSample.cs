using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>What one ACK told; "newest" is the newest packet that it acknowledged for the first time.</summary>
internal readonly struct AckSample
{
    public required Instant Now { get; init; }

    /// <summary>Bytes that this ACK took out of flight.</summary>
    public required long AcknowledgedBytes { get; init; }

    /// <summary>Still in flight after it.</summary>
    public required long FlightBytes { get; init; }

    /// <summary>Greatest flight of this round trip and the one before: how much of the window was put to use.</summary>
    public required long FlightMaxBytes { get; init; }

    /// <summary>Size of the newest packet: a short one spends less time on a slow link.</summary>
    public required int NewestBytes { get; init; }

    /// <summary>In flight when the newest packet left, itself included.</summary>
    public required long FlightAtSendBytes { get; init; }

    /// <summary>Declared lost since the newest packet left.</summary>
    public required long LostSinceSendBytes { get; init; }

    /// <summary>Acknowledged in all, since the connection began.</summary>
    public required long DeliveredBytes { get; init; }

    /// <summary>The same count when the newest packet left: a round trip is over once it passes an earlier total.</summary>
    public required long DeliveredAtSendBytes { get; init; }

    /// <summary>Delivery rate over the newest packet's flight, in bytes a second; 0 when it cannot be told.</summary>
    public required long RateBytesPerSecond { get; init; }

    /// <summary>The application, not the window or the path, set that rate: it is a lower bound only.</summary>
    public required bool IsAppLimited { get; init; }

    /// <summary>The newest packet left before the last reduction took effect.</summary>
    public required bool IsInRecovery { get; init; }

    /// <summary>Round trip of this ACK without the peer's own delay; zero when it gave none.</summary>
    public required Duration RoundTrip { get; init; }

    public required Duration SmoothedRoundTrip { get; init; }
}
