using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived;

/// <summary>Turns an archive that is there as a whole into values whose bodies are slices of it.</summary>
internal static class ArchivedBodies
{
    /// <param name="archive">All of it.</param>
    /// <param name="view">A view of the same bytes.</param>
    /// <param name="contract">Hashes and key are claims of the sender.</param>
    /// <param name="error">Of the first field that is not there.</param>
    public static bool TryRead<TView>(
        ReadOnlyMemory<byte> archive, TView view, out ContractContainer? contract, out ArchiveError error)
        where TView : IArchivedView, allows ref struct
    {
        contract = null;
        if (!TryFind(view, ArchivedField.KeyInstance, out ArchivedRange instance, out error)
            || !TryFind(view, ArchivedField.KeyCode, out ArchivedRange keyCode, out error)
            || !TryFind(view, ArchivedField.CodeHash, out ArchivedRange hash, out error)
            || !TryFind(view, ArchivedField.Parameters, out ArchivedRange parameters, out error)
            || !TryFind(view, ArchivedField.Code, out ArchivedRange code, out error))
        {
            return false;
        }

        contract = new(
            new ContractCode(Body(archive, code), CodeHash.Read(Bytes(archive, hash))),
            new Parameters(Body(archive, parameters)),
            new ContractKey(
                ContractInstanceId.Read(Bytes(archive, instance)), CodeHash.Read(Bytes(archive, keyCode))));
        return true;
    }

    public static IBody Body(ReadOnlyMemory<byte> archive, ArchivedRange range) =>
        range.Length == 0 ? MemoryBody.Empty : new MemoryBody(archive.Slice((int)range.Offset, (int)range.Length));

    private static ReadOnlySpan<byte> Bytes(ReadOnlyMemory<byte> archive, ArchivedRange range) =>
        archive.Span.Slice((int)range.Offset, (int)range.Length);

    private static bool TryFind<TView>(
        TView view, ArchivedField field, out ArchivedRange range, out ArchiveError error)
        where TView : IArchivedView, allows ref struct
    {
        DecodeStatus status = view.Find(field, out range, out error);
        if (status == DecodeStatus.NeedMoreData)
        {
            error = new ArchiveError(ArchiveErrorKind.Truncated, 0);
        }

        return status == DecodeStatus.Done;
    }
}
