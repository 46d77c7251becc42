namespace FastPath.Serialization.Bodies;

/// <summary>Bytes of known length that can be read at any offset, as often as wanted: memory, or a range of a file.</summary>
/// <remarks>Replayable by construction, so a transfer can be cut, sent again and resumed without keeping a copy.</remarks>
public interface IBody
{
    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>Fills the destination from the offset on; the range lies inside the body.</summary>
    /// <exception cref="EndOfStreamException">The source ended early: a file shrank.</exception>
    void Read(long offset, Span<byte> destination);
}
