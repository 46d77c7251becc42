using FastPath.Serialization.Bodies;

namespace FastPath.Stores;

/// <summary>A contract in memory that the store does not know yet.</summary>
internal sealed class MemoryDraft(MemoryContractStore store) : IContractDraft
{
    private readonly BlockBody _image = new(ContractWriter.BlockBytes);

    public IBody Image => _image;

    public long Length => _image.Length;

    public void Append(ReadOnlySpan<byte> block) => _image.Append(block);

    public void Publish(ContractHeader header) => store.Publish(header, _image);

    public void Dispose()
    {
    }
}
