using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Tests.Archived;

internal sealed class OwnForm(byte[] bytes) : ArchivedForm(bytes)
{
    public override DecodeStatus Find(
        ReadOnlySpan<byte> prefix, ArchivedField field, out ArchivedRange range, out ArchiveError error)
    {
        range = default;
        DecodeStatus status = ArchivedContractView.TryRead(
            prefix, out ArchivedContractView view, out error, Bytes.Length);
        return status == DecodeStatus.Done ? Find(view, field, out range, out error) : status;
    }

    public override byte[]? Read(ReadOnlySpan<byte> prefix, ArchivedField field)
    {
        DecodeStatus status = ArchivedContractView.TryRead(
            prefix, out ArchivedContractView view, out _, Bytes.Length);
        return status == DecodeStatus.Done ? Read(view, field) : null;
    }

    public override ContractContainer? ReadContract(out ArchiveError error) =>
        ArchivedContract.TryRead(Bytes, out ArchivedContract? value, out error) ? value!.Contract : null;

    public override ArchivedForm With(byte[] bytes) => new OwnForm(bytes);
}
