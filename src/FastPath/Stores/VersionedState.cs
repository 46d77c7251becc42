using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>A state with what tells it from others of the same contract.</summary>
/// <param name="Bytes">Readable at any offset.</param>
/// <param name="Version">As its owner counts.</param>
/// <param name="Digest">BLAKE3 of the bytes: 32 bytes.</param>
public sealed record VersionedState(IBody Bytes, ulong Version, ReadOnlyMemory<byte> Digest)
{
    private const int BlockBytes = 64 * 1_024;

    /// <summary>Reads the state once, for its digest.</summary>
    public static VersionedState Create(IBody bytes, ulong version)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        byte[] block = new byte[(int)Math.Clamp(bytes.Length, 1, BlockBytes)];
        return new VersionedState(bytes, version, new Blake3Hasher().Digest(bytes, block));
    }

    /// <summary>The same bytes, whatever version they are said to be.</summary>
    public bool IsSameAs(VersionedState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Digest.Span.SequenceEqual(other.Digest.Span);
    }
}
