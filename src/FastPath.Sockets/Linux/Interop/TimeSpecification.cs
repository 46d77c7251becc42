using System.Runtime.InteropServices;

namespace FastPath.Sockets.Linux.Interop;

/// <summary><c>struct timespec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpecification
{
    public long Seconds;
    public long Nanoseconds;

    /// <summary>Negative spans become zero.</summary>
    public static TimeSpecification From(TimeSpan span)
    {
        long ticks = Math.Max(0, span.Ticks);
        return new TimeSpecification
        {
            Seconds = ticks / TimeSpan.TicksPerSecond,
            Nanoseconds = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
    }
}
