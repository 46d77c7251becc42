using FastPath.Engine;

namespace FastPath.Streams;

/// <summary>Writers of one ring that wait for room, a limited number at once. Waiting and waking allocate nothing.</summary>
internal sealed class SpaceSignals
{
    private readonly Lock _gate = new();
    private readonly AsyncSignal[] _signals;

    // The first so many are free.
    private readonly AsyncSignal[] _free;
    private int _freeCount;
    private int _waiting;

    // Those who wait for a place; most rings never have any.
    private Queue<TaskCompletionSource<AsyncSignal>>? _queue;

    public SpaceSignals(EngineLoop? loop, int waitersMax)
    {
        _signals = new AsyncSignal[waitersMax];
        for (int i = 0; i < waitersMax; i++)
        {
            _signals[i] = new AsyncSignal(loop);
        }

        _free = [.. _signals];
        _freeCount = waitersMax;
    }

    /// <summary>How many wait for room.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a place among the waiters; <see cref="Leave"/> gives it back.</summary>
    public ValueTask<AsyncSignal> EnterAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        TaskCompletionSource<AsyncSignal> place;
        lock (_gate)
        {
            if (_freeCount > 0)
            {
                return new(_free[--_freeCount]);
            }

            place = new TaskCompletionSource<AsyncSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
            _queue ??= new();
            _queue.Enqueue(place);
        }

        return EnterLaterAsync(place, cancellationToken);
    }

    public void Leave(AsyncSignal signal)
    {
        Interlocked.Decrement(ref _waiting);
        PassOn(signal);
    }

    /// <summary>There may be room, or nothing to wait for any more: everybody looks again.</summary>
    public void Set()
    {
        foreach (AsyncSignal signal in _signals)
        {
            signal.Set();
        }
    }

    private async ValueTask<AsyncSignal> EnterLaterAsync(
        TaskCompletionSource<AsyncSignal> place, CancellationToken cancellationToken)
    {
        try
        {
            return await place.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref _waiting);
            if (!place.TrySetCanceled(CancellationToken.None))
            {
                // It came all the same: somebody else may want it.
                PassOn(await place.Task.ConfigureAwait(false));
            }

            throw;
        }
    }

    private void PassOn(AsyncSignal signal)
    {
        lock (_gate)
        {
            while (_queue is not null && _queue.TryDequeue(out TaskCompletionSource<AsyncSignal>? next))
            {
                if (next.TrySetResult(signal))
                {
                    return;
                }
            }

            _free[_freeCount++] = signal;
        }
    }
}
