using FastPath.Protocol.Operations;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>Commits contracts and updates to a store by the rules of a merger, for each contract one after the other.</summary>
internal sealed class StateKeeper(IContractStore store, IStateMerger merger)
{
    private const int Stripes = 64;

    private readonly Lock[] _gates = [.. Enumerable.Range(0, Stripes).Select(_ => new Lock())];

    /// <summary>Commits what a writer has, unless the merger prefers what is there.</summary>
    /// <returns>Whether the store has changed.</returns>
    /// <exception cref="ContractVerificationException">The content does not belong to the key.</exception>
    public bool Commit(IContractWriter writer)
    {
        lock (GateOf(writer.Key.Instance))
        {
            VersionedState? incoming = writer.Prepare();
            using StoredContract? kept = TryOpen(writer.Key.Instance);
            if (StateOf(kept) is not { } current)
            {
                writer.Commit();
                return true;
            }

            if (incoming is null || (incoming.Version == current.Version && incoming.IsSameAs(current)))
            {
                return false;
            }

            VersionedState merged = merger.Merge(writer.Key, current, incoming);
            if (ReferenceEquals(merged, incoming))
            {
                writer.Commit();
                return true;
            }

            return Replace(kept!, current, merged);
        }
    }

    /// <summary>Applies an update to what is kept.</summary>
    /// <returns>NotFound when the contract is not kept here, or has no state that a delta could change.</returns>
    /// <exception cref="FastPathException">DeltaRefused.</exception>
    public OperationStatus Apply(ContractInstanceId instance, UpdateData update, ulong version)
    {
        if (update.RelatedTo is not null)
        {
            // What a contract makes of another one's state, only its own rules know.
            return OperationStatus.Refused;
        }

        lock (GateOf(instance))
        {
            using StoredContract? kept = TryOpen(instance);
            if (kept is null)
            {
                return OperationStatus.NotFound;
            }

            VersionedState? current = StateOf(kept);
            VersionedState? next = null;
            if (update.State is { } state)
            {
                VersionedState incoming = VersionedState.Create(state.Bytes, version);
                next = current is null ? incoming : merger.Merge(kept.Key, current, incoming);
            }
            else if (current is not null)
            {
                next = merger.Apply(kept.Key, current, update.Delta!.Bytes, version);
            }

            if (next is null)
            {
                return OperationStatus.NotFound;
            }

            Replace(kept, current, next);
            return OperationStatus.Done;
        }
    }

    private Lock GateOf(ContractInstanceId instance) => _gates[(uint)instance.GetHashCode() % Stripes];

    private StoredContract? TryOpen(ContractInstanceId instance)
    {
        try
        {
            return store.TryOpen(instance);
        }
        catch (CorruptContractException)
        {
            // What is damaged is replaced by what has come, as if it were not there.
            return null;
        }
    }

    private static VersionedState? StateOf(StoredContract? kept) => kept is { State: { } state, StateDigest: { } digest }
        ? new VersionedState(state, kept.StateVersion, digest)
        : null;

    private bool Replace(StoredContract kept, VersionedState? current, VersionedState next)
    {
        if (ReferenceEquals(current, next) || (current is not null && current.Version == next.Version && current.IsSameAs(next)))
        {
            return false;
        }

        using IContractWriter writer = store.BeginWrite(kept.Key);
        ContractCopy.Write(writer, new StoredPayload(kept).Container, next.Bytes, next.Version);
        writer.Commit();
        return true;
    }
}
