using FastPath.Serialization.Hashing;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Hashing;

public sealed class Blake3ManyTests
{
    private const int ValueBytes = Blake3Constants.ValueBytes;

    [Theory]
    [InlineData(0)]
    [InlineData(uint.MaxValue - 5L)]
    [InlineData(uint.MaxValue)]
    [InlineData(1L << 52)]
    public void Chunk_values_are_the_same_at_every_width_also_where_the_counter_carries(long first)
    {
        for (int count = 1; count <= 37; count++)
        {
            byte[] chunks = Blake3TestData.RandomBytes(count, count * Blake3Constants.ChunkBytes);
            byte[] expected = Chunks(Blake3Width.Scalar, chunks, (ulong)first);
            Assert.All(Blake3TestData.AllWidths, width => Assert.Equal(expected, Chunks(width, chunks, (ulong)first)));
        }
    }

    [Property(MaxTest = 100)]
    public void Parent_values_are_the_same_at_every_width_and_may_replace_their_children(int seed, byte count)
    {
        byte[] children = Blake3TestData.RandomBytes(seed, count * Blake3Constants.BlockBytes);
        byte[] expected = new byte[count * ValueBytes];
        Blake3Many.HashParents(Blake3Mode.Plain(Blake3Width.Scalar), children, expected);
        foreach (Blake3Width width in Blake3TestData.AllWidths)
        {
            byte[] inPlace = [.. children];
            Blake3Many.HashParents(Blake3Mode.Plain(width), inPlace, inPlace);
            Assert.Equal(expected, inPlace[..expected.Length]);
        }
    }

    [Fact]
    public void Nothing_is_written_behind_the_values()
    {
        foreach (Blake3Width width in Blake3TestData.AllWidths)
        {
            byte[] chunks = new byte[31 * Blake3Constants.ChunkBytes];
            byte[] values = new byte[(31 * ValueBytes) + 64];
            Blake3Many.HashChunks(Blake3Mode.Plain(width), chunks, 0, values);
            Assert.All(values[(31 * ValueBytes)..], value => Assert.Equal(0, value));
            Assert.ThrowsAny<ArgumentException>(
                () => Blake3Many.HashChunks(Blake3Mode.Plain(width), chunks, 0, new byte[(31 * ValueBytes) - 1]));
        }
    }

    private static byte[] Chunks(Blake3Width width, byte[] chunks, ulong first)
    {
        byte[] values = new byte[chunks.Length / Blake3Constants.ChunkBytes * ValueBytes];
        Blake3Many.HashChunks(Blake3Mode.Plain(width), chunks, first, values);
        return values;
    }
}
