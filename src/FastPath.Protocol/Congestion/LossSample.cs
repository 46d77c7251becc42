using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>What was found lost, or marked as congested, at one instant; "newest" is the newest packet of it.</summary>
internal readonly struct LossSample
{
    public required Instant Now { get; init; }

    /// <summary>0 when nothing but marks came.</summary>
    public required long LostBytes { get; init; }

    /// <summary>Packets that arrived with a congestion mark since the last report.</summary>
    public long MarkedPackets { get; init; }

    /// <summary>Some of it left after the last reduction: one episode, and one reduction, a round trip.</summary>
    public required bool IsNewEpisode { get; init; }

    /// <summary>Persistent congestion (RFC 9002, section 7.6): nothing came through for three probe timeouts.</summary>
    public bool IsPersistent { get; init; }

    /// <summary>Still in flight after it.</summary>
    public required long FlightBytes { get; init; }

    /// <summary>In flight when the newest packet left, itself included.</summary>
    public long FlightAtSendBytes { get; init; }

    /// <summary>Declared lost since the newest packet left, itself included.</summary>
    public long LostSinceSendBytes { get; init; }

    public bool IsAppLimited { get; init; }
}
