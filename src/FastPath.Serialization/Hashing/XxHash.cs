using System.IO.Hashing;
using K4os.Hash.xxHash;

namespace FastPath.Serialization.Hashing;

/// <summary>The checksums of the xxHash family: fast, and no protection against intent. For that, see <see cref="Blake3Hasher"/>.</summary>
/// <remarks>Results are numbers; their printed form is big-endian hex. Nothing is allocated.</remarks>
internal static class XxHash
{
    public static ulong Xxh64(ReadOnlySpan<byte> input, ulong seed = 0)
    {
        XXH64.State state = default;
        XXH64.Reset(ref state, seed);
        XXH64.Update(ref state, input);
        return XXH64.Digest(state);
    }

    /// <summary>XXH3 with 64 bits.</summary>
    public static ulong Xxh3(ReadOnlySpan<byte> input, ulong seed = 0) =>
        XxHash3.HashToUInt64(input, unchecked((long)seed));

    /// <summary>XXH3 with 128 bits.</summary>
    public static UInt128 Xxh128(ReadOnlySpan<byte> input, ulong seed = 0) =>
        XxHash128.HashToUInt128(input, unchecked((long)seed));
}
