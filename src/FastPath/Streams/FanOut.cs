using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>Several targets of one ring: runs those that read in this process, watches for laggards, and sums up how all ended.</summary>
internal sealed class FanOut : IDisposable
{
    private static readonly TimeSpan LookMax = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookMin = TimeSpan.FromMilliseconds(10);

    private readonly FanOutBranch[] _branches;
    private readonly CancellationTokenSource _cancel = new();
    private readonly Timer? _timer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="loop">The thread that owns the ring's streams.</param>
    /// <param name="branches">In the order of the targets.</param>
    /// <param name="observe">Drops laggards; called on the loop.</param>
    public FanOut(EngineLoop loop, FanOutBranch[] branches, Action<Instant> observe)
    {
        _branches = branches;
        TimeSpan? least = branches.Min(branch => branch.Policy.Bound);
        if (least is { } bound)
        {
            var look = new CoalescedTask(loop, observe);
            TimeSpan period = TimeSpan.FromTicks(Math.Clamp(bound.Ticks / 4, LookMin.Ticks, LookMax.Ticks));
            _timer = new Timer(static look => ((CoalescedTask)look!).Post(), look, period, period);
        }
    }

    public int Count => _branches.Length;

    /// <summary>Targets that still take bytes.</summary>
    public int Live
    {
        get
        {
            int live = 0;
            foreach (FanOutBranch branch in _branches)
            {
                live += branch.HasEnded ? 0 : 1;
            }

            return live;
        }
    }

    /// <summary>The least that a live target has taken off the ring; all of it when none is left.</summary>
    public long LeastTaken(long frontier)
    {
        long least = frontier;
        foreach (FanOutBranch branch in _branches)
        {
            least = branch.HasEnded ? least : Math.Min(least, branch.Member.Position);
        }

        return least;
    }

    /// <summary>Completes when every target has ended, however.</summary>
    public Task Ended => _ended.Task;

    public FanOutTargetState StateOf(int index, long frontier) => _branches[index].StateAt(frontier);

    /// <summary>Starts the targets that read in this process.</summary>
    /// <param name="others">Completes when all others have ended.</param>
    public void Start(Task others) => _ = RunAsync(others);

    /// <summary>Waits for every target.</summary>
    /// <exception cref="FastPathException">Why a required target, or every one, has not all bytes.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Outcome() is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Why the whole has failed; null when it has not.</summary>
    public FastPathException? Outcome() =>
        _branches.FirstOrDefault(branch => branch.Policy.IsRequired && branch.Failure is not null)?.Failure
        ?? (_branches.All(branch => branch.Failure is not null) ? _branches[0].Failure : null);

    /// <summary>Ends the targets that read in this process; the others end with their ring.</summary>
    public void Cancel()
    {
        foreach (ReaderBranch branch in _branches.OfType<ReaderBranch>())
        {
            branch.Abandon(StreamErrorCode.Cancelled);
        }

        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // All have ended.
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        Cancel();
    }

    private async Task RunAsync(Task others)
    {
        CancellationToken cancellation = _cancel.Token;
        Task[] readers = [.. _branches.OfType<ReaderBranch>().Select(branch => Task.Run(() => branch.RunAsync(cancellation)))];
        await Task.WhenAll(readers).ConfigureAwait(false);
        await others.ConfigureAwait(false);
        if (_timer is { } timer)
        {
            await timer.DisposeAsync().ConfigureAwait(false);
        }

        _ended.TrySetResult();
        _cancel.Dispose();
    }
}
