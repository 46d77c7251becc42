using FastPath.Protocol.Operations;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>An entry of the store as the answer to a GET, written incrementally from its file.</summary>
internal sealed class StoredPayload(StoredContract entry) : IStoredPayload
{
    public StoredContract Entry { get; } = entry;

    public IBody Body { get; } = entry.ToPayload().StartSerialize();

    public ContractKey Key => Entry.Key;

    public long Length => Body.Length;

    public ReadOnlyMemory<byte> Digest => Entry.PayloadDigest ?? default;

    public void Dispose() => Entry.Dispose();
}
