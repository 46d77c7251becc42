using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Tests.Archived;

internal sealed class FlatForm(byte[] bytes) : ArchivedForm(bytes)
{
    public override DecodeStatus Find(
        ReadOnlySpan<byte> prefix, ArchivedField field, out ArchivedRange range, out ArchiveError error) =>
        Find(new FlatContractView(prefix, Bytes.Length), field, out range, out error);

    public override byte[]? Read(ReadOnlySpan<byte> prefix, ArchivedField field) =>
        Read(new FlatContractView(prefix, Bytes.Length), field);

    public override ContractContainer? ReadContract(out ArchiveError error) =>
        FlatContractView.TryRead(Bytes, out ContractContainer? contract, out error) ? contract : null;

    public override ArchivedForm With(byte[] bytes) => new FlatForm(bytes);
}
