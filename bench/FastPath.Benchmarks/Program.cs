using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;
using FastPath.Benchmarks.PerCommit;
using FastPath.Benchmarks.Smoke;

if (args is ["--smoke"])
{
    return SmokeRun.Execute(typeof(SmokeRun).Assembly.GetTypes(), ExpectedAllocations.Load(), Console.Out) ? 0 : 1;
}

if (args is ["--per-commit" or "--per-commit-short", var folder, var previous, var previousPath, var current, var currentPath])
{
    return PerCommitRun.Execute(
        args[0] == "--per-commit-short", folder, new(previous, previousPath), new(current, currentPath), Console.Out) ? 0 : 1;
}

IConfig config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(SmokeRun).Assembly).Run(args, config);
return 0;
