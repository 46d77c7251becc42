namespace FastPath;

/// <summary>Bytes of a payload.</summary>
/// <param name="Start">Absolute offset of the first one.</param>
/// <param name="End">Absolute offset behind the last one.</param>
public readonly record struct ByteRange(long Start, long End);
