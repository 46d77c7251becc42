using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>BLAKE3 over sections that may be larger than memory.</summary>
internal static class SectionHashing
{
    /// <summary>Feeds a section, block by block.</summary>
    public static void UpdateFrom(
        this Blake3Hasher hasher,
        IBody image,
        BodySection section,
        Span<byte> block,
        CancellationToken cancellationToken = default)
    {
        long end = section.Offset + section.Length;
        for (long offset = section.Offset; offset < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> part = block[..(int)Math.Min(block.Length, end - offset)];
            image.Read(offset, part);
            hasher.Update(part);
            offset += part.Length;
        }
    }
}
