using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;
using FastPath.Benchmarks.Smoke;

if (args is ["--smoke"])
{
    return SmokeRun.Execute(typeof(SmokeRun).Assembly.GetTypes(), ExpectedAllocations.Load(), Console.Out) ? 0 : 1;
}

IConfig config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(SmokeRun).Assembly).Run(args, config);
return 0;
