using FastPath.Interleavings.Tests.Scheduling;

namespace FastPath.Interleavings.Tests.Steps;

/// <summary>Stands for System.Threading.Interlocked in the shipped sources: another thread may run before each access.</summary>
internal static class SteppedInterlocked
{
    public static int CompareExchange(ref int location, int value, int comparand)
    {
        SteppedThread.Step();
        return System.Threading.Interlocked.CompareExchange(ref location, value, comparand);
    }
}
