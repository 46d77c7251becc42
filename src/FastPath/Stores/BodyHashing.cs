using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>BLAKE3 of bodies that may be larger than memory.</summary>
internal static class BodyHashing
{
    /// <summary>The 32-byte digest of a whole body.</summary>
    /// <param name="hasher">Is reset.</param>
    /// <param name="body">Read once, from first to last.</param>
    /// <param name="block">Scratch space: how much is read at once.</param>
    /// <param name="cancellationToken">Asked before each block.</param>
    public static byte[] Digest(
        this Blake3Hasher hasher, IBody body, Span<byte> block, CancellationToken cancellationToken = default)
    {
        hasher.Reset();
        for (long offset = 0; offset < body.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> part = block[..(int)Math.Min(block.Length, body.Length - offset)];
            body.Read(offset, part);
            hasher.Update(part);
            offset += part.Length;
        }

        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        hasher.Finish(digest);
        return digest;
    }
}
