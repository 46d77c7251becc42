using System.Diagnostics;

namespace FastPath.Sockets.Portable;

/// <summary>Waits for sockets that report what arrives by a wake: the one of every system.</summary>
internal sealed class SignalWait(DatagramSocketSettings settings) : SharedWait
{
    private readonly ManualResetEventSlim _signal = new();

    public override void Wait(TimeSpan timeout)
    {
        if (settings.PollsWhileWaiting)
        {
            long start = Stopwatch.GetTimestamp();
            while (!_signal.IsSet && Stopwatch.GetElapsedTime(start) < timeout)
            {
                Thread.Yield();
            }
        }
        else
        {
            _signal.Wait(SaeaDatagramSocket.ToWholeMilliseconds(timeout));
        }

        // A full fence, after which the caller looks for work: what this reset swallows is found.
        _signal.Reset();
    }

    public override void Wake() => _signal.Set();

    public override void Dispose() => _signal.Dispose();
}
