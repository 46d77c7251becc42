namespace FastPath.Stores;

/// <summary>How much a store holds.</summary>
/// <param name="Contracts">Stored contracts.</param>
/// <param name="Bytes">What they take, headers included.</param>
public readonly record struct ContractStoreUsage(long Contracts, long Bytes);
