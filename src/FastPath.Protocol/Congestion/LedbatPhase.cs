namespace FastPath.Protocol.Congestion;

/// <summary>SlowStart -> Avoidance -> [time] -> Holding -> [two round trips] -> Returning -> [old window] -> Avoidance.</summary>
internal enum LedbatPhase
{
    /// <summary>The first growth, until delay or loss is seen.</summary>
    SlowStart,

    Avoidance,

    /// <summary>A slowdown: almost nothing in flight, so that the queue empties and the true base delay shows.</summary>
    Holding,

    /// <summary>The way back to the window before the slowdown.</summary>
    Returning,
}
