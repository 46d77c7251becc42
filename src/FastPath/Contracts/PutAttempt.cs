using FastPath.Protocol.Operations;

namespace FastPath.Contracts;

/// <summary>How one attempt of a PUT ended.</summary>
/// <param name="Status">The node's word.</param>
/// <param name="IsHeld">It had the contract already.</param>
internal readonly record struct PutAttempt(OperationStatus Status, bool IsHeld);
