using System.Diagnostics;
using FastPath.Serialization.Bodies;

namespace FastPath.Stores;

/// <summary>A body in memory that grows block by block, so that no length decides an allocation and nothing is copied twice.</summary>
internal sealed class BlockBody(int blockBytes) : IBody
{
    private readonly List<byte[]> _blocks = [];

    public long Length { get; private set; }

    /// <summary>Adds a block; only the last one may be shorter than the rest.</summary>
    public void Append(ReadOnlySpan<byte> block)
    {
        Debug.Assert(block.Length <= blockBytes);
        Debug.Assert(Length % blockBytes == 0);
        _blocks.Add(block.ToArray());
        Length += block.Length;
    }

    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> rest = _blocks[(int)(offset / blockBytes)].AsSpan((int)(offset % blockBytes));
            int take = Math.Min(rest.Length, destination.Length);
            rest[..take].CopyTo(destination);
            destination = destination[take..];
            offset += take;
        }
    }
}
