using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>Hears nothing.</summary>
internal sealed class SilentSink : IContractSink;
