using FastPath.Serialization.Contracts;

namespace FastPath.Contracts;

/// <summary>How an update went.</summary>
/// <param name="Instance">What was updated.</param>
/// <param name="UpdateId">Names the update to all who follow the contract.</param>
/// <param name="Retries">How often it was sent again.</param>
public sealed record UpdateReport(ContractInstanceId Instance, UInt128 UpdateId, int Retries);
