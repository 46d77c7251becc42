using FastPath.Serialization.Hashing;
using FsCheck.Xunit;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;

namespace FastPath.Serialization.Tests.Hashing;

public sealed class Blake3HasherTests
{
    private const int LengthMax = 20_000;

    [Property(MaxTest = 200)]
    public void However_the_input_is_split_the_output_is_that_of_the_second_implementation(
        int seed, ushort lengthChoice, ushort[] pieces, byte outputChoice)
    {
        byte[] input = RandomBytes(seed, lengthChoice % LengthMax);
        byte[] expected = new byte[1 + outputChoice];
        Blake3Digest oracle = new();
        oracle.BlockUpdate(input);
        oracle.OutputFinal(expected);

        Blake3Hasher hasher = new();
        byte[] actual = new byte[expected.Length];
        Feed(hasher, input, pieces);
        hasher.Finish(actual);
        Assert.Equal(expected, actual);
    }

    [Property(MaxTest = 100)]
    public void Keyed_output_is_that_of_the_second_implementation(int seed, ushort lengthChoice, ushort[] pieces)
    {
        byte[] input = RandomBytes(seed, lengthChoice % LengthMax);
        byte[] key = RandomBytes(~seed, Blake3Hasher.DigestBytes);
        Blake3Digest oracle = new();
        oracle.Init(Blake3Parameters.Key(key));
        oracle.BlockUpdate(input);
        byte[] expected = new byte[Blake3Hasher.DigestBytes];
        oracle.DoFinal(expected);

        Blake3Hasher hasher = Blake3Hasher.CreateKeyed(key);
        byte[] actual = new byte[Blake3Hasher.DigestBytes];
        Feed(hasher, input, pieces);
        hasher.Finish(actual);
        Assert.Equal(expected, actual);
    }

    [Property(MaxTest = 50)]
    public void Finishing_changes_nothing_and_a_reset_hasher_is_a_new_one(int seed, ushort first, ushort second)
    {
        byte[] input = RandomBytes(seed, (first % LengthMax) + (second % LengthMax));
        byte[] expected = new byte[Blake3Hasher.DigestBytes];
        Blake3Hasher.Hash(input, expected);

        Blake3Hasher hasher = new();
        byte[] actual = new byte[Blake3Hasher.DigestBytes];
        hasher.Update(input.AsSpan(0, first % LengthMax));
        hasher.Finish(new byte[100]);
        hasher.Update(input.AsSpan(first % LengthMax));
        hasher.Finish(actual);
        Assert.Equal(expected, actual);

        hasher.Reset();
        hasher.Update(input);
        hasher.Finish(actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_key_of_another_size_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Blake3Hasher.CreateKeyed(new byte[31]));
        Assert.Throws<ArgumentException>(() => Blake3Hasher.CreateKeyed(new byte[33]));
    }

    private static void Feed(Blake3Hasher hasher, ReadOnlySpan<byte> input, ushort[] pieces)
    {
        foreach (ushort piece in pieces)
        {
            int take = Math.Min(piece % 5_000, input.Length);
            hasher.Update(input[..take]);
            input = input[take..];
        }

        hasher.Update(input);
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
