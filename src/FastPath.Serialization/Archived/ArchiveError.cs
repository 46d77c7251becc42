namespace FastPath.Serialization.Archived;

/// <summary>What is wrong and where.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Offset">First byte of the number or field in error, from the start of the archive.</param>
internal readonly record struct ArchiveError(ArchiveErrorKind Kind, long Offset)
{
    /// <summary>True when something is wrong.</summary>
    public bool IsError => Kind != ArchiveErrorKind.None;

    /// <summary>For logs.</summary>
    public override string ToString() => IsError ? $"{Kind} at byte {Offset}" : "no error";
}
