namespace FastPath.Interleavings.Tests.Scheduling;

/// <summary>A thread that runs only while it has the turn.</summary>
internal sealed class SteppedThread(Scheduler scheduler, int number) : IDisposable
{
    [ThreadStatic]
    private static SteppedThread? s_current;

    // No spinning: only one carrier has anything to do, and it must not be kept from it.
    private readonly AutoResetEvent _turn = new(false);
    private bool _isWoken;

    public static SteppedThread? Current => s_current;

    public int Number => number;

    public bool IsBlocked { get; private set; }

    public bool HasEnded { get; set; }

    public bool CanRun => !IsBlocked && !HasEnded;

    /// <summary>Somebody else may take the turn here; nothing outside of a schedule.</summary>
    public static void Step() => s_current?.YieldTurn();

    /// <summary>Runs a part as if it were one step.</summary>
    public static void Atomically(Action act)
    {
        SteppedThread? current = s_current;
        Step();
        s_current = null;
        try
        {
            act();
        }
        finally
        {
            s_current = current;
        }
    }

    public void Enter()
    {
        s_current = this;
        WaitForTurn();
    }

    public void Leave()
    {
        s_current = null;
        HasEnded = true;
        scheduler.PassTurn(this);
    }

    public void GiveTurn() => _turn.Set();

    /// <summary>Waits until somebody calls <see cref="Wake"/>; at once when somebody has since the last wait.</summary>
    public void Block()
    {
        if (!_isWoken)
        {
            IsBlocked = true;
            scheduler.PassTurn(this);
            WaitForTurn();
        }

        _isWoken = false;
    }

    public void Wake()
    {
        _isWoken = true;
        IsBlocked = false;
    }

    /// <summary>Awaits as an async method would: the continuation wakes this thread.</summary>
    public void Await(ValueTask task)
    {
        var awaiter = task.GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            awaiter.UnsafeOnCompleted(Wake);
            Block();
        }

        awaiter.GetResult();
    }

    public void Dispose() => _turn.Dispose();

    private void YieldTurn()
    {
        if (!scheduler.IsGuarded() && scheduler.PassTurn(this))
        {
            WaitForTurn();
        }
    }

    private void WaitForTurn()
    {
        _turn.WaitOne();
        scheduler.ThrowIfGivenUp();
    }
}
