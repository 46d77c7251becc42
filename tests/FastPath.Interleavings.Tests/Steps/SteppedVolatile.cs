using FastPath.Interleavings.Tests.Scheduling;

namespace FastPath.Interleavings.Tests.Steps;

/// <summary>Stands for System.Threading.Volatile in the shipped sources: another thread may run before each access.</summary>
internal static class SteppedVolatile
{
    public static int Read(ref readonly int location)
    {
        SteppedThread.Step();
        return System.Threading.Volatile.Read(in location);
    }

    public static long Read(ref readonly long location)
    {
        SteppedThread.Step();
        return System.Threading.Volatile.Read(in location);
    }

    public static void Write(ref int location, int value)
    {
        SteppedThread.Step();
        System.Threading.Volatile.Write(ref location, value);
    }

    public static void Write(ref long location, long value)
    {
        SteppedThread.Step();
        System.Threading.Volatile.Write(ref location, value);
    }
}
