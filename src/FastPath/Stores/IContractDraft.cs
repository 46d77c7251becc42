using FastPath.Serialization.Bodies;

namespace FastPath.Stores;

/// <summary>Where one contract is laid down before it is visible. Disposing it unpublished leaves nothing behind.</summary>
internal interface IContractDraft : IDisposable
{
    /// <summary>All that was appended, at the offsets it has once published.</summary>
    IBody Image { get; }

    /// <summary>Bytes laid down, with the room kept for a header: where the next block begins.</summary>
    long Length { get; }

    /// <summary>Lays down one block of <see cref="ContractWriter.BlockBytes"/>; only the last may be shorter.</summary>
    void Append(ReadOnlySpan<byte> block);

    /// <summary>Makes the contract durable and visible, at once and whole.</summary>
    void Publish(ContractHeader header);
}
