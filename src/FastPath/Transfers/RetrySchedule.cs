using FastPath.Options;

namespace FastPath.Transfers;

/// <summary>One transfer's use of its <see cref="RetryBudget"/>.</summary>
internal sealed class RetrySchedule(RetryBudget budget)
{
    private int _attempts;
    private long _furthest;

    /// <summary>Attempts after the first, with progress or without.</summary>
    public int Retries { get; private set; }

    /// <summary>Whether to try again, and after which pause; false when the failure is final.</summary>
    /// <param name="error">Why the last attempt failed.</param>
    /// <param name="bytesDone">How far the transfer has come in all.</param>
    /// <param name="pause">To be waited first.</param>
    public bool TryNext(FastPathError error, long bytesDone, out TimeSpan pause)
    {
        if (bytesDone > _furthest)
        {
            _furthest = bytesDone;
            _attempts = 0;
        }

        pause = budget.FirstPause * Math.Pow(2, Math.Min(_attempts, 16));
        pause = pause < budget.PauseMax ? pause : budget.PauseMax;
        if (!IsTransient(error) || _attempts >= budget.AttemptsWithoutProgress)
        {
            return false;
        }

        _attempts++;
        Retries++;
        return true;
    }

    /// <summary>Another attempt, or another source, may succeed. "Not found" is among them: a source may be restarting; and "too slow" for others, which asks for a transfer of its own.</summary>
    private static bool IsTransient(FastPathError error) => error is FastPathError.Unreachable
        or FastPathError.ConnectionClosed or FastPathError.Unavailable or FastPathError.NotFound
        or FastPathError.Cancelled or FastPathError.Stalled or FastPathError.UpstreamLost or FastPathError.DownstreamLost
        or FastPathError.TooSlow;
}
