using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux;
using FsCheck.Xunit;

namespace FastPath.Sockets.Tests.Linux;

public sealed class ControlMessagesTests
{
    [Fact]
    public void A_segment_size_is_written_as_the_kernel_reads_it()
    {
        byte[] control = new byte[ControlMessages.SendBytes];
        Assert.Equal(24, ControlMessages.WriteSegmentSize(control, 1_452));
        Assert.Equal(
            "1200000000000000" + "11000000" + "67000000" + "AC05" + "000000000000", Convert.ToHexString(control.AsSpan(0, 24)));
    }

    [Theory]
    [InlineData(true, "00000000" + "01000000")]
    [InlineData(false, "29000000" + "43000000")]
    public void A_traffic_class_is_written_as_the_kernel_reads_it(bool toIPv4, string levelAndType)
    {
        byte[] control = new byte[ControlMessages.SendBytes];
        int length = ControlMessages.WriteTrafficClass(control, EcnCodepoint.CapableZero, toIPv4);
        Assert.Equal("1400000000000000" + levelAndType + "02000000" + "00000000", Convert.ToHexString(control.AsSpan(0, length)));
        ControlMessages.Read(control.AsSpan(0, length), out _, out EcnCodepoint ecn);
        Assert.Equal(EcnCodepoint.CapableZero, ecn);
    }

    [Fact]
    public void Segment_size_and_mark_are_read_in_any_order()
    {
        byte[] mark = Convert.FromHexString("1100000000000000" + "00000000" + "01000000" + "03" + "00000000000000");
        byte[] size = Convert.FromHexString("1400000000000000" + "11000000" + "68000000" + "B0040000" + "00000000");
        foreach (byte[] control in new[] { (byte[])[.. mark, .. size], [.. size, .. mark] })
        {
            ControlMessages.Read(control, out int segmentBytes, out EcnCodepoint ecn);
            Assert.Equal((1_200, EcnCodepoint.CongestionExperienced), (segmentBytes, ecn));
        }
    }

    [Property]
    public void Any_bytes_are_read_without_an_error(byte[] control) => ControlMessages.Read(control, out _, out _);
}
