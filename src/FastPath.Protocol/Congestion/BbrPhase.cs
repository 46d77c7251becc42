namespace FastPath.Protocol.Congestion;

/// <summary>
/// <code>
/// Startup -> Drain -> Down -> Cruise -> Refill -> Up -> Down ...
/// any     -> [no short round trip for five seconds] -> ProbeRoundTrip -> Cruise, or Startup before its end
/// </code>
/// </summary>
internal enum BbrPhase
{
    /// <summary>Doubles the rate each round trip until it no longer helps.</summary>
    Startup,

    /// <summary>Lets the queue of the start drain.</summary>
    Drain,

    /// <summary>A little slower than the path: lets the queue of the last probe drain.</summary>
    Down,

    /// <summary>At the path's rate, with some room left for others.</summary>
    Cruise,

    /// <summary>One round trip at the path's rate without that room, so that the probe starts from a full path.</summary>
    Refill,

    /// <summary>A quarter faster: is there more?</summary>
    Up,

    /// <summary>Half a path's worth in flight, so that the true round trip shows.</summary>
    ProbeRoundTrip,
}
