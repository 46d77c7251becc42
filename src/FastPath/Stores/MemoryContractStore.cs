using System.Collections.Concurrent;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;

namespace FastPath.Stores;

/// <summary>A store in memory, gone with the process: for tests, and for nodes that keep little.</summary>
/// <param name="computesPayloadDigests">
/// Whether a commit reads the content once more to compute <see cref="StoredContract.PayloadDigest"/>.
/// </param>
public sealed class MemoryContractStore(bool computesPayloadDigests = true) : IContractStore
{
    private readonly ConcurrentDictionary<ContractInstanceId, Entry> _contracts = new();
    private volatile bool _disposed;

    /// <inheritdoc/>
    public StoredContract? TryOpen(ContractInstanceId id)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _contracts.TryGetValue(id, out Entry? entry)
            ? new StoredContract(entry.Header, entry.Image, "memory", owned: null)
            : null;
    }

    /// <inheritdoc/>
    public IContractWriter BeginWrite(ContractKey key)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new ContractWriter(key, new MemoryDraft(this), computesPayloadDigests);
    }

    /// <inheritdoc/>
    public bool Remove(ContractInstanceId id)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _contracts.TryRemove(id, out _);
    }

    /// <inheritdoc/>
    public IEnumerable<ContractInstanceId> Enumerate()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _contracts.Select(entry => entry.Key);
    }

    /// <inheritdoc/>
    public ContractStoreUsage MeasureUsage()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _contracts.Aggregate(
            default(ContractStoreUsage),
            (sum, entry) => new ContractStoreUsage(sum.Contracts + 1, sum.Bytes + entry.Value.Image.Length));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _contracts.Clear();
    }

    internal void Publish(ContractHeader header, IBody image) => _contracts[header.Key.Instance] = new Entry(header, image);

    private sealed record Entry(ContractHeader Header, IBody Image);
}
