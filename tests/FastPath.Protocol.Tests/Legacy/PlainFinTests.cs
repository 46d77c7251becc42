using FastPath.Protocol.Frames;
using FastPath.Protocol.Legacy;

namespace FastPath.Protocol.Tests.Legacy;

/// <summary>The one plain frame that wire version 0 has in another layout.</summary>
[Trait("Scenario", "V4")]
public sealed class PlainFinTests
{
    [Fact]
    public void Its_bytes_are_those_of_version_0()
    {
        Span<byte> space = stackalloc byte[16];
        var writer = new FrameWriter(space);
        Assert.True(PlainFin.TryWrite(ref writer, 5, 1 << 20));
        Assert.Equal("0505" + "80100000", Convert.ToHexStringLower(space[..writer.Position]));
        var reader = new FrameReader(space[..writer.Position]);
        Assert.True(reader.TryReadType(out FrameType type));
        Assert.Equal(FrameType.Fin, type);
        Assert.True(PlainFin.TryRead(ref reader, out FinFrame frame));
        Assert.Equal((5UL, 1L << 20, 0), (frame.StreamId, frame.FinalSize, frame.Digest.Length));
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void It_is_not_cut_where_a_packet_ends()
    {
        Span<byte> space = stackalloc byte[5];
        var writer = new FrameWriter(space);
        Assert.False(PlainFin.TryWrite(ref writer, 5, 1 << 20));
        Assert.Equal(0, writer.Position);
        var reader = new FrameReader([0x05, 0x80, 0x10]);
        Assert.False(PlainFin.TryRead(ref reader, out _));
    }
}
