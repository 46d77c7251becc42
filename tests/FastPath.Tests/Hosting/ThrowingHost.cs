using FastPath.Contracts;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using Microsoft.Extensions.Logging;

namespace FastPath.Tests.Hosting;

/// <summary>A store, a merger and a log of a host, each of which throws what no interface speaks of.</summary>
internal sealed class ThrowingHost : IContractStore, IStateMerger, ILoggerFactory, ILogger
{
    public StoredContract? TryOpen(ContractInstanceId id) => throw Broken();

    public IContractWriter BeginWrite(ContractKey key) => throw Broken();

    public bool Remove(ContractInstanceId id) => throw Broken();

    public IEnumerable<ContractInstanceId> Enumerate() => throw Broken();

    public ContractStoreUsage MeasureUsage() => throw Broken();

    public VersionedState Merge(ContractKey key, VersionedState current, VersionedState incoming) => throw Broken();

    public VersionedState Apply(ContractKey key, VersionedState current, IBody delta, ulong version) => throw Broken();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => throw Broken();

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.Debug ? true : throw Broken();

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        throw Broken();

    public void Dispose()
    {
    }

    private static InvalidOperationException Broken() => new("broken");
}
