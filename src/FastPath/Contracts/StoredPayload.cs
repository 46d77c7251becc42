using FastPath.Protocol.Operations;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>An entry of the store as the answer to a GET, written incrementally from its file.</summary>
internal sealed class StoredPayload(StoredContract entry) : IStoredPayload
{
    public StoredContract Entry { get; } = entry;

    public ContractKey Key => Entry.Key;

    public StreamingSerializer Serialize(ContractForm form)
    {
        if (form == ContractForm.Bincode)
        {
            return Entry.ToPayload().StartSerialize();
        }

        return new ArchivedContract(Container, State).StartSerialize();
    }

    public ContractContainer Container => new(
        new ContractCode(Entry.Code, Key.Code), new Parameters(new MemoryBody(Entry.Parameters)), Key);

    public WrappedState? State => Entry.State is { } state ? new WrappedState(state) : null;

    /// <summary>Empty when it is not known beforehand: the store keeps that of the byte-compatible form.</summary>
    public ReadOnlyMemory<byte> DigestOf(ContractForm form) =>
        form == ContractForm.Bincode ? Entry.PayloadDigest ?? default : default;

    public ContractOutline Outline(ContractForm form) =>
        new(Key, form, Entry.Code.Length, Entry.Parameters.Length, Entry.State?.Length, Entry.StateVersion);

    public void Dispose() => Entry.Dispose();
}
