using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>
/// Keeps the state with the higher version, and of two with the same version the one with the greater digest: so all nodes
/// come to the same state in whatever order they hear of it. Knows no deltas.
/// </summary>
public sealed class NewestStateMerger : IStateMerger
{
    /// <summary>There is nothing in it that could differ.</summary>
    public static NewestStateMerger Instance { get; } = new();

    /// <inheritdoc/>
    public VersionedState Merge(ContractKey key, VersionedState current, VersionedState incoming)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(incoming);
        int order = incoming.Version.CompareTo(current.Version);
        bool isNewer = order > 0 || (order == 0 && incoming.Digest.Span.SequenceCompareTo(current.Digest.Span) > 0);
        return isNewer ? incoming : current;
    }

    /// <inheritdoc/>
    public VersionedState Apply(ContractKey key, VersionedState current, IBody delta, ulong version) =>
        throw new FastPathException(
            FastPathError.DeltaRefused, $"a delta for {key}: this node has no rules to apply it; send the whole state, or set a state merger");
}
