using BenchmarkDotNet.Attributes;

namespace FastPath.Conventions.Tests.Smoke;

/// <summary>Benchmarks whose allocations are known, for the tests of the smoke run.</summary>
public class SampleBenchmarks
{
    private byte[]? _kept;

    [Params(0, 1_000)]
    public int Length { get; set; }

    public bool IsReady { get; private set; }

    [GlobalSetup]
    public void Setup() => IsReady = true;

    [Benchmark]
    public int Free() => IsReady ? Length : throw new InvalidOperationException("Not set up.");

    // An array of n bytes takes n + 24, rounded up to eight.
    [Benchmark]
    public object? Allocate() => _kept = Length == 0 ? null : new byte[Length];

    [Benchmark(OperationsPerInvoke = 64)]
    public void AllocateOnceInManyOperations() => _kept = new byte[8];
}
