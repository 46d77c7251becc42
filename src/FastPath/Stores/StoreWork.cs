namespace FastPath.Stores;

/// <summary>What goes on beside the loop and may use the application's store: when it has ended, the store is the application's alone.</summary>
internal sealed class StoreWork
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Action _cancel;

    // The node itself counts as one, so that the end comes once.
    private int _running = 1;
    private int _isEnding;

    public StoreWork()
    {
        // Has no timer and no handle: there is nothing to dispose of.
        var ending = new CancellationTokenSource();
        _cancel = ending.Cancel;
        Ending = ending.Token;
    }

    /// <summary>For what would go on for long.</summary>
    public CancellationToken Ending { get; }

    public void Start(Action work) => Start(() =>
    {
        work();
        return Task.CompletedTask;
    });

    /// <summary>On the thread pool.</summary>
    public void Start(Func<Task> work)
    {
        Interlocked.Increment(ref _running);
        _ = RunAsync(work);
    }

    /// <summary>Nothing begins any more; called as often as one likes.</summary>
    /// <returns>Done when all that was begun has ended, well or badly.</returns>
    public Task EndAsync()
    {
        if (Interlocked.Exchange(ref _isEnding, 1) == 0)
        {
            _cancel();
            Leave();
        }

        return _ended.Task;
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await Task.Run(work).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
