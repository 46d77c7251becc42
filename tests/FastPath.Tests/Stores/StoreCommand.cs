namespace FastPath.Tests.Stores;

/// <summary>One step of the model test.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Contract">With which contract, 0 to 3.</param>
/// <param name="Version">With which state; 0 is none.</param>
public sealed record StoreCommand(StoreAction Action, int Contract, int Version);
