using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;

namespace FastPath.Fuzz.Oracles;

/// <summary>A view of an archive never leaves its bytes, and says of a prefix only what it says of the whole.</summary>
internal static class ArchiveOracle
{
    /// <param name="whole">A view of all bytes.</param>
    /// <param name="early">A view of the first ones.</param>
    /// <param name="field">Which.</param>
    /// <param name="length">Bytes of the archive.</param>
    /// <param name="mayFailLater">The form has bytes that are checked only once they are there.</param>
    public static DecodeStatus Check<TView>(
        TView whole, TView early, ArchivedField field, int length, bool mayFailLater)
        where TView : IArchivedView, allows ref struct
    {
        DecodeStatus status = whole.Find(field, out ArchivedRange range, out ArchiveError error);
        CheckFound(status, range, error, length);
        OracleException.Require(status != DecodeStatus.NeedMoreData, "all is there, and yet more is wanted");
        DecodeStatus read = whole.Read(field, out ReadOnlySpan<byte> bytes, out _);
        OracleException.Require(read == status, "found, but not read");
        OracleException.Require(status != DecodeStatus.Done || bytes.Length == range.Length, "another length is read");

        DecodeStatus first = early.Find(field, out ArchivedRange firstRange, out ArchiveError firstError);
        CheckFound(first, firstRange, firstError, length);
        OracleException.Require(
            first != DecodeStatus.Malformed || (status == DecodeStatus.Malformed && firstError == error),
            "a prefix is malformed, the whole is not");
        OracleException.Require(
            first != DecodeStatus.Done || (status == DecodeStatus.Done && firstRange == range) || mayFailLater,
            "a prefix has the field elsewhere");
        return status;
    }

    private static void CheckFound(DecodeStatus status, ArchivedRange range, ArchiveError error, int length)
    {
        OracleException.Require((status == DecodeStatus.Malformed) == error.IsError, "error and status differ");
        OracleException.Require(
            range.Offset >= 0 && range.Length >= 0 && range.End <= length, "a field lies outside");
    }
}
