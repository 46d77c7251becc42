using System.Threading.Channels;
using FastPath.Engine;

namespace FastPath.Streams;

/// <summary>Writers of one ring that wait for room, a limited number at once. Waiting and waking allocate nothing.</summary>
internal sealed class SpaceSignals
{
    private readonly AsyncSignal[] _signals;
    private readonly Channel<AsyncSignal> _free = Channel.CreateUnbounded<AsyncSignal>();
    private int _waiting;

    public SpaceSignals(EngineLoop loop, int waitersMax)
    {
        _signals = [.. Enumerable.Range(0, waitersMax).Select(_ => new AsyncSignal(loop))];
        foreach (AsyncSignal signal in _signals)
        {
            _free.Writer.TryWrite(signal);
        }
    }

    /// <summary>How many wait for room.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a place among the waiters; <see cref="Leave"/> gives it back.</summary>
    public ValueTask<AsyncSignal> EnterAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiting);
        return _free.Reader.TryRead(out AsyncSignal? signal) ? new(signal) : EnterLaterAsync(cancellationToken);
    }

    public void Leave(AsyncSignal signal)
    {
        Interlocked.Decrement(ref _waiting);
        _free.Writer.TryWrite(signal);
    }

    /// <summary>There may be room, or nothing to wait for any more: everybody looks again.</summary>
    public void Set()
    {
        foreach (AsyncSignal signal in _signals)
        {
            signal.Set();
        }
    }

    private async ValueTask<AsyncSignal> EnterLaterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref _waiting);
            throw;
        }
    }
}
