using System.Threading.Tasks.Sources;

namespace FastPath.Engine;

/// <summary>One waiter, many setters, no lost wake-up and no allocation: a set that finds nobody is kept for the next wait.</summary>
/// <remarks>
/// The waiter looks at the state it waits for, waits, and looks again; the setter changes that state first and sets then
/// (scenario R7). A set on the loop thread takes effect when the loop's batch is done: a waiter is woken once a batch, not
/// once a packet. Continuations run on the thread pool unless the loop runs them itself.
/// </remarks>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private readonly EngineLoop? _loop;
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private int _state;

    /// <param name="loop">Whose thread sets it most; null for none.</param>
    public AsyncSignal(EngineLoop? loop = null)
    {
        _loop = loop;
        _core.RunContinuationsAsynchronously = loop is not { RunsContinuationsInline: true };
    }

    public void Set()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if (state == Signalled)
            {
                return;
            }

            int next = state == Idle ? Signalled : Idle;
            if (Interlocked.CompareExchange(ref _state, next, state) != state)
            {
                continue;
            }

            if (state == Waiting && _loop?.TryDefer(this) != true)
            {
                Complete();
            }

            return;
        }
    }

    /// <summary>Ends the wait whose signal was deferred.</summary>
    public void Complete() => _core.SetResult(true);

    /// <summary>Completes at the next <see cref="Set"/>, or at once when one came since the last wait.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Signalled) == Signalled)
        {
            return ValueTask.CompletedTask;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _state) == Waiting)
        {
            throw new InvalidOperationException("Somebody waits already: a stream has one reader or writer at a time.");
        }

        _core.Reset();
        short version = _core.Version;
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Signalled)
        {
            Volatile.Write(ref _state, Idle);
            return ValueTask.CompletedTask;
        }

        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (signal, token) => ((AsyncSignal)signal!).Cancel(token), this);
        }

        return new ValueTask(this, version);
    }

    void IValueTaskSource.GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken token)
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting)
        {
            _core.SetException(new OperationCanceledException(token));
        }
    }
}
