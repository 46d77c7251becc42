using Microsoft.Win32.SafeHandles;

namespace FastPath.Serialization.Bodies;

/// <summary>A body that is a range of an open file. The handle belongs to the caller.</summary>
public sealed class FileBody(SafeFileHandle file, long start, long length) : IBody
{
    /// <inheritdoc/>
    public long Length { get; } = length;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(file, destination, start + offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"The file ended {destination.Length} bytes early, at offset {start + offset}.");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
