using System.Diagnostics;

namespace FastPath.Sockets.Portable;

/// <summary>Waits for sockets that report what arrives by a wake: the one of every system.</summary>
/// <remarks>
/// Each portable socket begins with one of its own; it needs no disposing, because the signal has no handle of the system.
/// </remarks>
internal sealed class SignalWait(DatagramSocketSettings settings) : SharedWait
{
    private readonly ManualResetEventSlim _signal = new();

    public override void Wait(TimeSpan timeout)
    {
        if (settings.PollsWhileWaiting)
        {
            Poll(timeout);
        }
        else
        {
            _signal.Wait(ToWholeMilliseconds(timeout));
        }

        // Whoever sets the signal has left its work visible before. Reset is a full fence and the caller looks for work
        // after it: a set that this reset swallows is therefore work that is found, never a wake-up that is lost.
        _signal.Reset();
    }

    public override void Wake() => _signal.Set();

    public override void Dispose()
    {
        // A wake may come from a socket that is being disposed of; the signal has nothing to give back.
    }

    private void Poll(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (!_signal.IsSet && (timeout == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(start) < timeout))
        {
            Thread.Yield();
        }
    }

    /// <summary>Rounded up, so that a wait of less than a millisecond is not a spin.</summary>
    private static int ToWholeMilliseconds(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan
        ? Timeout.Infinite
        : (int)Math.Clamp(Math.Ceiling(timeout.TotalMilliseconds), 0, int.MaxValue);
}
