using FastPath.Serialization.Hashing;
using Org.BouncyCastle.Crypto.Digests;

namespace FastPath.Serialization.Tests.Hashing;

/// <summary>What tests of the hash share: every width, random input, and the second implementation.</summary>
internal static class Blake3TestData
{
    public static TheoryData<int> Widths => new(AllWidths.Select(width => (int)width));

    public static Blake3Width[] AllWidths { get; } = Enum.GetValues<Blake3Width>();

    public static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] OracleHash(ReadOnlySpan<byte> input, int outputBytes = Blake3Hasher.DigestBytes)
    {
        byte[] output = new byte[outputBytes];
        Blake3Digest oracle = new();
        oracle.BlockUpdate(input);
        oracle.OutputFinal(output);
        return output;
    }
}
