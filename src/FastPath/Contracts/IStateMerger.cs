using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>Decides what becomes of the state of a contract when another one, or a delta, arrives at a node.</summary>
/// <remarks>
/// Called on the thread pool, for one contract by one thread at a time. Every node of a network should use the same rules, and
/// they should come to the same end in whatever order states arrive: otherwise nodes keep different states for good.
/// </remarks>
public interface IStateMerger
{
    /// <summary>Two states meet.</summary>
    /// <param name="key">Of the contract.</param>
    /// <param name="current">What the node keeps.</param>
    /// <param name="incoming">What has come.</param>
    /// <returns>One of the two, or a third that is kept instead.</returns>
    VersionedState Merge(ContractKey key, VersionedState current, VersionedState incoming);

    /// <summary>A delta has come.</summary>
    /// <param name="key">Of the contract.</param>
    /// <param name="current">What the node keeps.</param>
    /// <param name="delta">Bytes that only the contract's own rules can read.</param>
    /// <param name="version">Of the state that the delta leads to, as its owner counts.</param>
    /// <returns>The current state when the delta changes nothing, or the new one.</returns>
    /// <exception cref="FastPathException">DeltaRefused: this contract's deltas are not taken here.</exception>
    VersionedState Apply(ContractKey key, VersionedState current, IBody delta, ulong version);
}
