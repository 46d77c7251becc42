using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Archived;

/// <summary>A reader of an archive in place, of which perhaps only a part has come.</summary>
internal interface IArchivedView
{
    /// <summary>Finds a field. What it answers once it answers again however much more comes.</summary>
    /// <param name="field">Which.</param>
    /// <param name="range">Where it lies; inside the archive, but its bytes need not be there yet.</param>
    /// <param name="error">What is wrong, when the archive is malformed.</param>
    DecodeStatus Find(ArchivedField field, out ArchivedRange range, out ArchiveError error);

    /// <summary>Finds a field whose bytes are all there.</summary>
    DecodeStatus Read(ArchivedField field, out ReadOnlySpan<byte> bytes, out ArchiveError error);
}
