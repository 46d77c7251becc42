using BenchmarkDotNet.Running;

namespace FastPath.Benchmarks.Smoke;

/// <summary>Calls every benchmark briefly in this process and compares its allocations with those expected.</summary>
internal static class SmokeRun
{
    private const string File = "expected-allocations.json";

    /// <param name="types">Those without benchmarks are passed over.</param>
    /// <returns>True when every benchmark has an entry and keeps it, and every entry has its benchmark.</returns>
    public static bool Execute(IEnumerable<Type> types, ExpectedAllocations expected, TextWriter output)
    {
        var failures = new List<string>();
        var missing = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        int count = 0;
        foreach (BenchmarkCase benchmark in SmokeCase.Of(types))
        {
            count++;
            using var smokeCase = new SmokeCase(benchmark);
            Judge(smokeCase, expected, output, failures, missing);
        }

        failures.AddRange(missing.Select(entries => Describe(entries.Key, entries.Value, expected)));
        failures.AddRange(expected.Unused.Select(entry => $"{entry} is in {File}, but there is no such benchmark"));
        foreach (string failure in failures)
        {
            output.WriteLine($"FAILED: {failure}");
        }

        output.WriteLine($"{count} benchmarks, {failures.Count} failures");
        return count > 0 && failures.Count == 0;
    }

    private static void Judge(
        SmokeCase benchmark,
        ExpectedAllocations expected,
        TextWriter output,
        List<string> failures,
        SortedDictionary<string, SortedSet<string>> missing)
    {
        string entry = benchmark.Method + benchmark.Parameters;
        string name = $"{benchmark.ClassName}.{entry}";
        bool isKnown = expected.TryFind(benchmark.ClassName, benchmark.Method, benchmark.Parameters, out long bytes);
        Measurement measured = AllocationMeter.Measure(benchmark, isKnown ? bytes : null);
        output.WriteLine($"{name,-72} {measured.RoundedBytes,8} B {measured.NanosecondsPerOperation,12:0.0} ns");
        if (!isKnown)
        {
            missing.TryAdd(benchmark.ClassName, new SortedSet<string>(StringComparer.Ordinal));
            missing[benchmark.ClassName].Add($"\"{entry}\": {measured.RoundedBytes}");
        }
        else if (measured.RoundedBytes != bytes)
        {
            failures.Add($"{name} allocates {measured.BytesPerOperation:0.##} bytes an operation, {File} says {bytes}");
        }
    }

    private static string Describe(string className, SortedSet<string> entries, ExpectedAllocations expected)
    {
        string what = expected.HasClass(className) ? $"some of {className} have" : $"class {className} has";
        return $"{what} no entry in {File}; measured, to be added if right: "
            + $"\"{className}\": {{ {string.Join(", ", entries)} }}";
    }
}
