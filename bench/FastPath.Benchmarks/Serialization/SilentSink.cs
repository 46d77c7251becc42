using FastPath.Serialization.Contracts;

namespace FastPath.Benchmarks.Serialization;

/// <summary>Hears nothing, so that only the parsing is measured.</summary>
internal sealed class SilentSink : IContractSink;
