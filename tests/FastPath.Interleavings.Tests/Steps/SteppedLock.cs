using FastPath.Interleavings.Tests.Scheduling;

namespace FastPath.Interleavings.Tests.Steps;

/// <summary>Stands for System.Threading.Lock in the shipped sources: what it guards is one step, so nobody ever waits for it.</summary>
internal sealed class SteppedLock
{
    public SteppedLock() => Scheduler.Register(this);
}
