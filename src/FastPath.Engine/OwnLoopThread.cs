using FastPath.Protocol.Time;

namespace FastPath.Engine;

/// <summary>A thread for one loop, which sleeps in the loop's own socket.</summary>
internal sealed class OwnLoopThread : ILoopThread
{
    private readonly Thread _thread;
    private EngineLoop? _loop;
    private int _isWaiting;

    public OwnLoopThread() => _thread = new Thread(Run) { IsBackground = true, Name = "fastpath loop" };

    public bool IsCurrent => Thread.CurrentThread == _thread;

    public void Add(EngineLoop loop)
    {
        _loop = loop;
        _thread.Start();
    }

    public void Nudge()
    {
        if (Volatile.Read(ref _isWaiting) != 0)
        {
            _loop!.Socket.Wake();
        }
    }

    public bool GivesWay()
    {
        Thread.Yield();
        return false;
    }

    private void Run()
    {
        EngineLoop loop = _loop!;
        while (!loop.IsStopping)
        {
            loop.RunTurn();
            Interlocked.Exchange(ref _isWaiting, 1);
            Instant idleSince = MonotonicClock.Now;
            loop.Socket.Wait(loop.UntilNextTimeout(idleSince));
            loop.OnWaited(MonotonicClock.Now - idleSince);
            Volatile.Write(ref _isWaiting, 0);
        }

        loop.Leave();
        loop.ConfirmLeft();
    }
}
