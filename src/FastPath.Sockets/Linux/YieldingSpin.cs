using System.Diagnostics;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>Asks again and again for a short time, giving way to other threads: a wake-up from sleep costs more.</summary>
internal static class YieldingSpin
{
    /// <param name="wait">What is asked.</param>
    /// <param name="spin">Longest time.</param>
    /// <param name="timeout">Of the whole wait; what is left of it when nothing has come.</param>
    /// <returns>True when something came.</returns>
    public static bool Run(IPolledWait wait, TimeSpan spin, ref TimeSpan timeout)
    {
        TimeSpan limit = timeout == Timeout.InfiniteTimeSpan || timeout > spin ? spin : timeout;
        long start = Stopwatch.GetTimestamp();
        TimeSpan spent = TimeSpan.Zero;
        while (spent < limit)
        {
            _ = Libc.sched_yield();
            if (wait.HasCome())
            {
                return true;
            }

            spent = Stopwatch.GetElapsedTime(start);
        }

        if (timeout != Timeout.InfiniteTimeSpan)
        {
            timeout -= spent;
        }

        return false;
    }
}
