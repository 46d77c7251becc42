using FastPath.Protocol.Time;

namespace FastPath.Engine;

/// <summary>Work that need not be done twice when it is asked for twice before its turn: one queue entry, no allocation.</summary>
internal sealed class CoalescedTask(EngineLoop loop, Action<Instant> action) : ILoopTask
{
    private int _isPosted;

    /// <summary>What the caller wrote before this call is seen by the work.</summary>
    public void Post()
    {
        if (Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            loop.Post(this);
        }
    }

    public void Run(Instant now)
    {
        // Lowered first: what is written from here on posts the work again.
        Interlocked.Exchange(ref _isPosted, 0);
        action(now);
    }
}
