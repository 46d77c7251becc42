using FastPath.Protocol.Time;

namespace FastPath.Engine;

/// <summary>A piece of work that is done once.</summary>
internal sealed class LoopAction(Action<Instant> action) : ILoopTask
{
    public void Run(Instant now) => action(now);
}
