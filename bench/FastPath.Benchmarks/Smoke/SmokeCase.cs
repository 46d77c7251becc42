using System.Linq.Expressions;
using System.Reflection;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Running;

namespace FastPath.Benchmarks.Smoke;

/// <summary>One benchmark with one combination of its parameters, ready to be called in this process.</summary>
internal sealed class SmokeCase : IDisposable
{
    private readonly BenchmarkCase _benchmark;
    private readonly object _instance;
    private readonly Action _invoke;

    public SmokeCase(BenchmarkCase benchmark)
    {
        _benchmark = benchmark;
        _instance = Activator.CreateInstance(benchmark.Descriptor.Type)!;
        foreach (ParameterInstance parameter in benchmark.Parameters.Items.Where(item => !item.IsArgument))
        {
            Set(parameter);
        }

        Call(benchmark.Descriptor.GlobalSetupMethod);
        _invoke = Compile();
    }

    public string ClassName => _benchmark.Descriptor.Type.Name;

    public string Method => _benchmark.Descriptor.WorkloadMethod.Name;

    /// <summary>Empty, or <c>(Name=value, …)</c>.</summary>
    public string Parameters => _benchmark.Parameters.Items.Any()
        ? $"({string.Join(", ", _benchmark.Parameters.Items.Select(item => $"{item.Name}={item.Value}"))})"
        : "";

    public int OperationsPerInvoke => _benchmark.Descriptor.OperationsPerInvoke;

    /// <summary>The benchmark prepares each single call, so calls cannot be counted in bulk.</summary>
    public bool HasIterationSetup => _benchmark.Descriptor.IterationSetupMethod is not null;

    /// <summary>It may allocate on other threads.</summary>
    public bool IsAsynchronous => typeof(Task).IsAssignableFrom(_benchmark.Descriptor.WorkloadMethod.ReturnType);

    public static IEnumerable<BenchmarkCase> Of(IEnumerable<Type> types) => types
        .Where(type => type is { IsAbstract: false, IsClass: true } && HasBenchmarks(type))
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .SelectMany(type => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases);

    public void Invoke() => _invoke();

    public void SetUpIteration() => Call(_benchmark.Descriptor.IterationSetupMethod);

    public void CleanUpIteration() => Call(_benchmark.Descriptor.IterationCleanupMethod);

    public void Dispose() => Call(_benchmark.Descriptor.GlobalCleanupMethod);

    private static bool HasBenchmarks(Type type) => type.GetMethods()
        .Any(method => method.IsDefined(typeof(BenchmarkDotNet.Attributes.BenchmarkAttribute), inherit: true));

    /// <summary>A typed call: one through reflection would box what the benchmark returns.</summary>
    private Action Compile()
    {
        MethodInfo method = _benchmark.Descriptor.WorkloadMethod;
        Dictionary<string, object?> values = _benchmark.Parameters.Items
            .Where(item => item.IsArgument)
            .ToDictionary(item => item.Name, object? (item) => item.Value);
        IEnumerable<Expression> arguments = method.GetParameters()
            .Select(parameter => Expression.Constant(values[parameter.Name!], parameter.ParameterType));
        Expression call = Expression.Call(Expression.Constant(_instance), method, arguments);
        if (IsAsynchronous)
        {
            call = Expression.Call(call, typeof(Task).GetMethod(nameof(Task.Wait), Type.EmptyTypes)!);
        }

        return Expression.Lambda<Action>(call).Compile();
    }

    private void Set(ParameterInstance parameter)
    {
        Type type = _benchmark.Descriptor.Type;
        if (type.GetProperty(parameter.Name) is { } property)
        {
            property.SetValue(_instance, parameter.Value);
        }
        else
        {
            type.GetField(parameter.Name)!.SetValue(_instance, parameter.Value);
        }
    }

    private void Call(MethodInfo? method) => method?.Invoke(_instance, null);
}
