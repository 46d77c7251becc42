namespace FastPath.Tests;

/// <summary>What the process allocates in rounds that should allocate next to nothing.</summary>
internal static class LeastAllocated
{
    private const int RoundsMax = 40;

    /// <summary>The least of many rounds, or of as many as show no more than the greatest that is right.</summary>
    /// <remarks>
    /// What is wrong is in each round; what the runtime and the test runner do beside it, and memory that pools take for
    /// the first time (how late depends on how busy the machine is), is not.
    /// </remarks>
    public static async Task<long> OfAsync(long bytesMax, Func<Task> round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < RoundsMax && least > bytesMax; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await round();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }
}
