using FastPath.Benchmarks.Smoke;

namespace FastPath.Conventions.Tests.Smoke;

public sealed class SmokeRunTests
{
    [Fact]
    public void Expectations_that_are_kept_pass()
    {
        (bool passed, string output) = Run(new()
        {
            ["SampleBenchmarks"] = new()
            {
                ["Free"] = 0,
                ["Allocate(Length=0)"] = 0,
                ["Allocate(Length=1000)"] = 1_024,
                ["AllocateOnceInManyOperations"] = 1,
            },
        });
        Assert.True(passed, output);
        Assert.Contains("6 benchmarks, 0 failures", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_without_an_entry_fails_and_is_named()
    {
        (bool passed, string output) = Run([]);
        Assert.False(passed);
        Assert.Contains("class SampleBenchmarks has no entry", output, StringComparison.Ordinal);
        Assert.Contains(
            "\"SampleBenchmarks\": { \"Allocate(Length=0)\": 0, \"Allocate(Length=1000)\": 1024, ",
            output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Other_bytes_than_expected_a_missing_and_a_stale_entry_fail()
    {
        (bool passed, string output) = Run(new()
        {
            ["SampleBenchmarks"] = new() { ["Free"] = 0, ["Allocate"] = 0, ["Gone"] = 0 },
        });
        Assert.False(passed);
        Assert.Contains("Allocate(Length=1000) allocates 1024 bytes", output, StringComparison.Ordinal);
        Assert.Contains("some of SampleBenchmarks have no entry", output, StringComparison.Ordinal);
        Assert.Contains("\"AllocateOnceInManyOperations(Length=0)\": 1", output, StringComparison.Ordinal);
        Assert.Contains("SampleBenchmarks.Gone is in expected-allocations.json", output, StringComparison.Ordinal);
        Assert.Contains("6 benchmarks, 3 failures", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_no_benchmarks_fails()
    {
        var nothing = new ExpectedAllocations(new Dictionary<string, Dictionary<string, long>>());
        Assert.False(SmokeRun.Execute([typeof(SmokeRunTests)], nothing, TextWriter.Null));
    }

    private static (bool Passed, string Output) Run(Dictionary<string, Dictionary<string, long>> expected)
    {
        var output = new StringWriter();
        return (SmokeRun.Execute([typeof(SampleBenchmarks)], new(expected), output), output.ToString());
    }
}
