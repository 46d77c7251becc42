using System.Diagnostics;
using FastPath.Protocol.Time;

namespace FastPath.Engine;

/// <summary>The only place that reads the clock.</summary>
internal static class MonotonicClock
{
    public static Instant Now => new((long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency)));
}
