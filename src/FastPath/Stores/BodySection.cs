namespace FastPath.Stores;

/// <summary>A range of a stored contract's bytes.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct BodySection(long Offset, long Length);
