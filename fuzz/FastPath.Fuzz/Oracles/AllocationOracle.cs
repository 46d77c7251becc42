namespace FastPath.Fuzz.Oracles;

/// <summary>Memory follows the bytes that are there, never the lengths that they claim.</summary>
internal static class AllocationOracle
{
    private const int FactorMax = 8;
    private const int Base = 4 * 1_024;

    /// <param name="inputLength">Bytes read.</param>
    /// <param name="read">Reads them; the same at every call.</param>
    public static void Check(int inputLength, Action read)
    {
        long allocated = Measure(read);
        if (allocated > Base)
        {
            // Again: the first call may have made what is kept.
            allocated = Measure(read);
        }

        OracleException.Require(
            allocated <= (FactorMax * (long)inputLength) + Base, $"{inputLength} bytes allocate {allocated}");
    }

    private static long Measure(Action read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        read();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
