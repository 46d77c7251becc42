using BenchmarkDotNet.Running;

namespace FastPath.Benchmarks.Smoke;

/// <summary>Calls every benchmark briefly in this process and compares what it allocates with what is expected.</summary>
internal static class SmokeRun
{
    private const string File = "expected-allocations.json";

    /// <param name="types">Those without benchmarks are passed over.</param>
    /// <returns>True when every benchmark has an entry and keeps it, and every entry has its benchmark.</returns>
    public static bool Execute(IEnumerable<Type> types, ExpectedAllocations expected, TextWriter output)
    {
        var failures = new List<string>();
        int count = 0;
        foreach (BenchmarkCase benchmark in SmokeCase.Of(types))
        {
            count++;
            using var smokeCase = new SmokeCase(benchmark);
            if (Judge(smokeCase, expected, output) is { } failure)
            {
                failures.Add(failure);
            }
        }

        failures.AddRange(expected.Unused.Select(entry => $"{entry} is in {File}, but there is no such benchmark"));
        foreach (string failure in failures)
        {
            output.WriteLine($"FAILED: {failure}");
        }

        output.WriteLine($"{count} benchmarks, {failures.Count} failures");
        return count > 0 && failures.Count == 0;
    }

    /// <returns>Null, or what is wrong.</returns>
    private static string? Judge(SmokeCase benchmark, ExpectedAllocations expected, TextWriter output)
    {
        string name = $"{benchmark.ClassName}.{benchmark.Method}{benchmark.Parameters}";
        bool isKnown = expected.TryFind(benchmark.ClassName, benchmark.Method, benchmark.Parameters, out long bytes);
        Measurement measured = AllocationMeter.Measure(benchmark, isKnown ? bytes : null);
        output.WriteLine($"{name,-72} {measured.RoundedBytes,8} B {measured.NanosecondsPerOperation,12:0.0} ns");
        if (!isKnown)
        {
            string missing = expected.HasClass(benchmark.ClassName) ? name : $"class {benchmark.ClassName}";
            return $"{missing} has no entry in {File}: add \"{benchmark.ClassName}\": "
                + $"{{ \"{benchmark.Method}\": {measured.RoundedBytes} }} if {measured.RoundedBytes} bytes are right";
        }

        return measured.RoundedBytes == bytes ? null
            : $"{name} allocates {measured.BytesPerOperation:0.##} bytes an operation, {File} says {bytes}";
    }
}
