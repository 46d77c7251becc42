using FastPath.Serialization.Hashing;
using FsCheck.Xunit;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Parameters;

namespace FastPath.Serialization.Tests.Hashing;

public sealed class Blake3HasherTests
{
    private const int ChunkBytes = Blake3Constants.ChunkBytes;

    /// <summary>Around chunks, passes of 4, 8 and 16 chunks, wide merges of 128 chunks, and subtrees of several merges.</summary>
    public static TheoryData<int> BoundaryLengths
    {
        get
        {
            int[] chunks =
            [
                .. Enumerable.Range(0, 18),
                20, 24, 31, 32, 33, 48, 64, 127, 128, 129, 144, 255, 256, 257, 383, 384, 385, 512, 640,
            ];
            return new(chunks.SelectMany(count => new[] { -1, 0, 1 }.Select(more => (count * ChunkBytes) + more))
                .Where(length => length >= 0));
        }
    }

    [Property(MaxTest = 200, Arbitrary = [typeof(HashInput)])]
    public void However_the_input_is_split_the_output_is_that_of_the_second_implementation(
        HashInput input, byte outputChoice)
    {
        byte[] expected = Blake3TestData.OracleHash(input.Bytes, 1 + outputChoice);
        foreach (Blake3Width width in Blake3TestData.AllWidths)
        {
            Blake3Hasher hasher = new(width);
            byte[] actual = new byte[expected.Length];
            input.Feed(piece => hasher.Update(piece.Span));
            hasher.Finish(actual);
            Assert.Equal(expected, actual);
        }
    }

    [Property(MaxTest = 50, Arbitrary = [typeof(HashInput)])]
    public void Keyed_output_is_that_of_the_second_implementation(HashInput input)
    {
        byte[] key = Blake3TestData.RandomBytes(~input.Seed, Blake3Hasher.DigestBytes);
        Blake3Digest oracle = new();
        oracle.Init(Blake3Parameters.Key(key));
        oracle.BlockUpdate(input.Bytes);
        byte[] expected = new byte[Blake3Hasher.DigestBytes];
        oracle.DoFinal(expected);
        foreach (Blake3Width width in Blake3TestData.AllWidths)
        {
            Blake3Hasher hasher = Blake3Hasher.CreateKeyed(key, width);
            byte[] actual = new byte[Blake3Hasher.DigestBytes];
            input.Feed(piece => hasher.Update(piece.Span));
            hasher.Finish(actual);
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(BoundaryLengths))]
    public void At_the_boundaries_of_the_tree_every_width_and_every_piece_size_agree(int length)
    {
        byte[] input = Blake3TestData.RandomBytes(length, length);
        byte[] expected = Blake3TestData.OracleHash(input);
        byte[] actual = new byte[expected.Length];
        foreach (Blake3Width width in Blake3TestData.AllWidths)
        {
            Blake3Hasher.Hash(width, input, actual);
            Assert.Equal(expected, actual);
            Blake3Hasher hasher = new(width);
            foreach (int piece in new[] { 1_000, ChunkBytes, 1_200, 16 * ChunkBytes, (16 * ChunkBytes) + 1, 100_000 })
            {
                hasher.Reset();
                for (int at = 0; at < length; at += piece)
                {
                    hasher.Update(input.AsSpan(at, Math.Min(piece, length - at)));
                }

                hasher.Finish(actual);
                Assert.Equal(expected, actual);
            }
        }
    }

    [Property(MaxTest = 50, Arbitrary = [typeof(HashInput)])]
    public void Finishing_changes_nothing_and_a_reset_hasher_is_a_new_one(HashInput first, HashInput second)
    {
        byte[] input = [.. first.Bytes, .. second.Bytes];
        byte[] expected = Blake3TestData.OracleHash(input);
        Blake3Hasher hasher = new();
        byte[] actual = new byte[Blake3Hasher.DigestBytes];
        first.Feed(piece => hasher.Update(piece.Span));
        hasher.Finish(actual);
        Assert.Equal(Blake3TestData.OracleHash(first.Bytes), actual);
        second.Feed(piece => hasher.Update(piece.Span));
        hasher.Finish(actual);
        Assert.Equal(expected, actual);

        hasher.Reset();
        hasher.Update(input);
        hasher.Finish(actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Hashing_allocates_nothing_after_construction()
    {
        Blake3Hasher hasher = new();
        byte[] input = Blake3TestData.RandomBytes(1, 600_000);
        byte[] output = new byte[200];
        Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Run()
        {
            Blake3Hasher.Hash(input, output);
            hasher.Reset();
            for (int at = 0; at < input.Length; at += 1_200)
            {
                hasher.Update(input.AsSpan(at, 1_200));
            }

            hasher.Finish(output);
        }
    }

    [Fact]
    public void A_key_of_another_size_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Blake3Hasher.CreateKeyed(new byte[31]));
        Assert.Throws<ArgumentException>(() => Blake3Hasher.CreateKeyed(new byte[33]));
    }
}
