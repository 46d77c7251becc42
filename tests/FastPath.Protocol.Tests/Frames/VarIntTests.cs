using FastPath.Protocol.Frames;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Frames;

public sealed class VarIntTests
{
    // The examples of RFC 9000, appendix A.1.
    [Theory]
    [InlineData("c2197c5eff14e88c", 151_288_809_941_952_652UL)]
    [InlineData("9d7f3e7d", 494_878_333UL)]
    [InlineData("7bbd", 15_293UL)]
    [InlineData("25", 37UL)]
    public void The_examples_of_the_RFC_are_read_and_written(string hex, ulong expected)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.True(VarInt.TryRead(bytes, out ulong value, out int length));
        Assert.Equal(expected, value);
        Assert.Equal(bytes.Length, length);

        byte[] written = new byte[bytes.Length];
        Assert.Equal(bytes.Length, VarInt.Write(written, expected));
        Assert.Equal(bytes, written);
    }

    [Property(MaxTest = 1_000)]
    public void Every_value_comes_back_and_no_shorter_prefix_is_enough(ulong seed, byte shift)
    {
        ulong value = (seed & VarInt.MaxValue) >> (shift % 62);
        Span<byte> buffer = stackalloc byte[VarInt.MaxLength];
        int written = VarInt.Write(buffer, value);
        Assert.Equal(VarInt.LengthOf(value), written);
        Assert.True(VarInt.TryRead(buffer[..written], out ulong read, out int length));
        Assert.Equal(value, read);
        Assert.Equal(written, length);
        for (int cut = 0; cut < written; cut++)
        {
            Assert.False(VarInt.TryRead(buffer[..cut], out _, out _));
        }
    }
}
