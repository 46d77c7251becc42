using FastPath.Protocol.Time;
using FastPath.Sockets;

namespace FastPath.Engine;

/// <summary>A thread that turns the loops of many nodes, pass by pass, and sleeps for all of them at once.</summary>
/// <remarks>
/// On a machine with fewer cores than nodes it spares the switches of threads between them. It begins with the first loop and
/// ends with the last one; the next one begins it again. Loops are added from any thread, everything else is its own.
/// </remarks>
internal sealed class SharedLoopThread(DatagramSocketSettings settings) : ILoopThread
{
    private readonly Lock _gate = new();
    private readonly List<EngineLoop> _joining = [];
    private readonly List<SharedLoop> _loops = [];
    private volatile SharedWait? _wait;
    private volatile Thread? _thread;
    private volatile bool _hasJoining;
    private int _isWaiting;
    private int _count;

    /// <summary>Loops that it turns.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool IsCurrent => Thread.CurrentThread == _thread;

    public void Add(EngineLoop loop)
    {
        lock (_gate)
        {
            _wait ??= SharedWait.Create(settings);
            loop.Socket.Join(_wait);
            _joining.Add(loop);
            _hasJoining = true;
            Interlocked.Increment(ref _count);
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "fastpath loops" };
                _thread.Start();
            }
        }

        Interlocked.MemoryBarrier();
        Nudge();
    }

    public void Nudge()
    {
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            _wait?.Wake();
        }
    }

    public bool GivesWay() => _loops.Count > 1;

    private void Run()
    {
        while (TryTakeJoining())
        {
            if (!RunPasses())
            {
                Sleep();
            }
        }
    }

    /// <returns>False when no loop is left: the thread ends.</returns>
    private bool TryTakeJoining()
    {
        if (!_hasJoining && _loops.Count > 0)
        {
            return true;
        }

        lock (_gate)
        {
            _loops.AddRange(_joining.Select(loop => new SharedLoop(loop)));
            _joining.Clear();
            _hasJoining = false;
            if (_loops.Count > 0)
            {
                return true;
            }

            _thread = null;
            _wait!.Dispose();
            _wait = null;
            return false;
        }
    }

    /// <summary>One pass of each loop that has something to do.</summary>
    /// <returns>True when one has more, or leaves.</returns>
    private bool RunPasses()
    {
        bool hasMore = false;
        Instant now = MonotonicClock.Now;
        for (int i = _loops.Count - 1; i >= 0; i--)
        {
            hasMore |= _loops[i].RunPass(now);
            if (_loops[i] is { HasLeft: true } gone)
            {
                _loops.RemoveAt(i);
                Interlocked.Decrement(ref _count);
                gone.ConfirmLeft();
            }
        }

        // Whether something has come for those that rest is asked all the same.
        if (hasMore)
        {
            _wait!.Wait(TimeSpan.Zero);
        }

        return hasMore;
    }

    private void Sleep()
    {
        Interlocked.Exchange(ref _isWaiting, 1);
        _wait!.Wait(UntilNextTimeout());
        Volatile.Write(ref _isWaiting, 0);
    }

    private TimeSpan UntilNextTimeout()
    {
        Instant next = Instant.Never;
        foreach (SharedLoop loop in _loops)
        {
            if (loop.IsBusy)
            {
                return TimeSpan.Zero;
            }

            next = Instant.Min(next, loop.RestsUntil);
        }

        TimeSpan rest = (next - MonotonicClock.Now).ToTimeSpan();
        return _hasJoining || rest < TimeSpan.Zero ? TimeSpan.Zero : rest;
    }
}
