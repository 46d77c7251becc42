namespace FastPath.Serialization.Bodies;

/// <summary>A body that lies in memory.</summary>
public sealed class MemoryBody(ReadOnlyMemory<byte> bytes) : IBody
{
    /// <summary>A body without bytes.</summary>
    public static readonly MemoryBody Empty = new(default);

    /// <inheritdoc/>
    public long Length => Bytes.Length;

    /// <summary>The bytes themselves.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> destination) =>
        Bytes.Span.Slice(checked((int)offset), destination.Length).CopyTo(destination);
}
