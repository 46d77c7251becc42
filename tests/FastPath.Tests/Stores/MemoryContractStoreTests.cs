using FastPath.Stores;

namespace FastPath.Tests.Stores;

/// <summary>The common rules, in memory.</summary>
public sealed class MemoryContractStoreTests : ContractStoreTests
{
    public MemoryContractStoreTests() => Use(new MemoryContractStore());
}
