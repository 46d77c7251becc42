using FastPath.Serialization.Contracts;

namespace FastPath.Contracts;

/// <summary>An update of a contract, as it passed a node that follows it.</summary>
/// <param name="Instance">What it is an update of.</param>
/// <param name="UpdateId">Names the update at every node.</param>
/// <param name="Version">Of the state that it leads to, as its owner counts.</param>
/// <param name="Data">The new state, a delta, or both; in memory.</param>
public sealed record ContractUpdate(ContractInstanceId Instance, UInt128 UpdateId, ulong Version, UpdateData Data);
