using System.Diagnostics;

namespace FastPath.Benchmarks.Smoke;

/// <summary>What one operation costs once it is warm: the least of a few rounds.</summary>
/// <remarks>
/// While it warms up, code is not optimized yet and buffers grow to their size. Later the runtime still allocates now
/// and then for itself; that does not repeat in every round, an allocation of the benchmark does.
/// </remarks>
internal static class AllocationMeter
{
    private const int RoundsMax = 5;
    private const int PreparedCalls = 50;

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan RoundTime = TimeSpan.FromMilliseconds(100);

    /// <summary>Stops at the first round that shows what is expected.</summary>
    public static Measurement Measure(SmokeCase benchmark, long? expectedBytes)
    {
        Run(benchmark, WarmUpTime);
        Measurement least = Run(benchmark, RoundTime);
        for (int round = 1; round < RoundsMax && least.RoundedBytes != expectedBytes; round++)
        {
            Measurement next = Run(benchmark, RoundTime);
            least = new(
                Math.Min(least.BytesPerOperation, next.BytesPerOperation),
                Math.Min(least.NanosecondsPerOperation, next.NanosecondsPerOperation));
        }

        return least;
    }

    private static Measurement Run(SmokeCase benchmark, TimeSpan time) =>
        benchmark.HasIterationSetup ? RunPrepared(benchmark, time) : RunBulk(benchmark, time);

    private static Measurement RunPrepared(SmokeCase benchmark, TimeSpan time)
    {
        long begun = Stopwatch.GetTimestamp();
        long bytes = 0;
        TimeSpan inCalls = TimeSpan.Zero;
        int calls = 0;
        do
        {
            benchmark.SetUpIteration();
            long before = Allocated(benchmark);
            long start = Stopwatch.GetTimestamp();
            benchmark.Invoke();
            inCalls += Stopwatch.GetElapsedTime(start);
            bytes += Allocated(benchmark) - before;
            benchmark.CleanUpIteration();
            calls++;
        }
        while (calls < PreparedCalls && Stopwatch.GetElapsedTime(begun) < time);
        return Divide(benchmark, bytes, inCalls, calls);
    }

    private static Measurement RunBulk(SmokeCase benchmark, TimeSpan time)
    {
        long before = Allocated(benchmark);
        long start = Stopwatch.GetTimestamp();
        long calls = 0;
        do
        {
            benchmark.Invoke();
            calls++;
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return Divide(benchmark, Allocated(benchmark) - before, Stopwatch.GetElapsedTime(start), calls);
    }

    private static long Allocated(SmokeCase benchmark) => benchmark.IsAsynchronous
        ? GC.GetTotalAllocatedBytes(precise: true)
        : GC.GetAllocatedBytesForCurrentThread();

    private static Measurement Divide(SmokeCase benchmark, long bytes, TimeSpan time, long calls)
    {
        double operations = (double)calls * benchmark.OperationsPerInvoke;
        return new(bytes / operations, time.TotalNanoseconds / operations);
    }
}
