using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Tests.Archived;

internal sealed class RkyvForm(byte[] bytes, RkyvLayout layout) : ArchivedForm(bytes)
{
    public override DecodeStatus Find(
        ReadOnlySpan<byte> prefix, ArchivedField field, out ArchivedRange range, out ArchiveError error) =>
        Find(new RkyvContractView(prefix, 0, Bytes.Length, layout), field, out range, out error);

    public override byte[]? Read(ReadOnlySpan<byte> prefix, ArchivedField field) =>
        Read(new RkyvContractView(prefix, 0, Bytes.Length, layout), field);

    /// <summary>The bytes of a field, null when the last bytes do not hold them.</summary>
    public byte[]? ReadFromEnd(int length, ArchivedField field) =>
        Read(new RkyvContractView(Bytes.AsSpan(^length..), Bytes.Length - length, Bytes.Length, layout), field);

    public override ContractContainer? ReadContract(out ArchiveError error) =>
        RkyvContractView.TryRead(Bytes, layout, out ContractContainer? contract, out error) ? contract : null;

    public override ArchivedForm With(byte[] bytes) => new RkyvForm(bytes, layout);
}
