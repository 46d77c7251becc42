using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;

namespace FastPath.Protocol.Tests.Frames;

/// <summary>The bytes of native-notes/wire-format.md. A change here is a change of the wire version.</summary>
[Trait("Scenario", "V4")]
public sealed class FrameGoldenBytesTests
{
    private static readonly UInt128 TransferId = new(0x0001020304050607, 0x08090a0b0c0d0e0f);

    private delegate void WriteFrame(ref FrameWriter writer);

    [Fact]
    public void Fragment() => Expect("0405" + "4400" + "03aabbcc", (ref FrameWriter w) =>
        new FragmentFrame(5, 1_024, [0xAA, 0xBB, 0xCC]).Write(ref w));

    [Fact]
    public void Fin() => Expect("0505" + "80100000" + "00", (ref FrameWriter w) => new FinFrame(5, 1 << 20).Write(ref w));

    [Fact]
    public void Fin_with_a_digest() => Expect("050503" + "20" + new string('7', 64), (ref FrameWriter w) =>
        new FinFrame(5, 3, Enumerable.Repeat((byte)0x77, 32).ToArray()).Write(ref w));

    [Theory]
    [InlineData((byte)FrameType.StreamAccept, 64_000, "2405" + "05" + "8000fa00")]
    [InlineData((byte)FrameType.StreamDecline, 5, "2402" + "05" + "05")]
    [InlineData((byte)FrameType.StreamHave, 0, "2402" + "05" + "00")]
    [InlineData((byte)FrameType.StreamDelivery, 4, "2402" + "05" + "04")]
    public void Stream_signals(byte type, ulong value, string hex) => Expect(
        Convert.ToHexStringLower([type]) + hex[2..],
        (ref FrameWriter w) => new StreamSignalFrame((FrameType)type, 5, value).Write(ref w));

    [Fact]
    public void Stream_open_as_an_offer() => Expect(
        "0304" + "0f" + "00" + "000102030405060708090a0b0c0d0e0f" + "0a" + "00" + new string('7', 64) + "00" + "00",
        (ref FrameWriter w) => new StreamOpenFrame
        {
            StreamId = 4,
            TransferId = TransferId,
            TotalLength = 10,
            Digest = Enumerable.Repeat((byte)0x77, 32).ToArray(),
            IsOffer = true,
            WantsDelivery = true,
        }.Write(ref w));

    [Fact]
    public void Stream_reset() => Expect("060507" + "4064", (ref FrameWriter w) =>
        new StreamResetFrame(5, 7, 100).Write(ref w));

    [Fact]
    public void Stop_sending() => Expect("070502", (ref FrameWriter w) => new StopSendingFrame(5, 2).Write(ref w));

    [Fact]
    public void Stream_credit() => Expect("0805" + "80008000", (ref FrameWriter w) =>
        new StreamCreditFrame(5, 32_768).Write(ref w));

    [Fact]
    public void Connection_credit() => Expect("09" + "80010000", (ref FrameWriter w) =>
        new ConnectionCreditFrame(65_536).Write(ref w));

    [Fact]
    public void Stream_limit() => Expect("0a4400", (ref FrameWriter w) => new StreamLimitFrame(1_024).Write(ref w));

    [Fact]
    public void Blocked() => Expect("0b000509", (ref FrameWriter w) =>
        new BlockedFrame((byte)BlockedKind.Stream, 5, 9).Write(ref w));

    [Fact]
    public void Message() => Expect("0c0302" + "0102", (ref FrameWriter w) =>
        new MessageFrame(3, [1, 2]).Write(ref w));

    [Fact]
    public void Connection_close() => Expect("0d01" + "03627965", (ref FrameWriter w) =>
        new ConnectionCloseFrame(1, "bye"u8).Write(ref w));

    [Fact]
    public void Ecn_counts() => Expect("20" + "04" + "412c" + "00" + "07", (ref FrameWriter w) =>
        new EcnAckFrame(new EcnCounts(300, 0, 7)).Write(ref w));

    [Fact]
    public void Mtu_probe() => Expect("23" + "0262f8" + "230100", (ref FrameWriter w) =>
    {
        new MtuProbeFrame(8_952).Write(ref w);
        new MtuProbeFrame(0).Write(ref w);
    });

    [Fact]
    public void Ack() => Expect("020a" + "4064" + "01" + "02" + "01" + "03", (ref FrameWriter w) =>
        Assert.True(AckFrame.TryWrite(ref w, 100, [new AckRange(8, 10), new AckRange(2, 5)])));

    [Fact]
    public void Stream_open() => Expect(
        "0304" + "01" + "00" + "000102030405060708090a0b0c0d0e0f" + "0a" + "00" + "02dead" + "00",
        (ref FrameWriter w) => new StreamOpenFrame
        {
            StreamId = 4,
            TransferId = TransferId,
            TotalLength = 10,
            Metadata = [0xDE, 0xAD],
        }.Write(ref w));

    [Fact]
    public void Stream_open_of_a_stream_that_carries_proofs() => Expect(
        "0304" + "03" + "00" + "000102030405060708090a0b0c0d0e0f" + "80010000" + "80004000"
        + string.Concat(Enumerable.Repeat("d1", StreamOpenFrame.DigestLength)) + "00" + "02" + "0100",
        (ref FrameWriter w) => new StreamOpenFrame
        {
            StreamId = 4,
            TransferId = TransferId,
            TotalLength = 65_536,
            StartOffset = 16_384,
            Digest = Enumerable.Repeat((byte)0xD1, StreamOpenFrame.DigestLength).ToArray(),
            Extensions = StreamExtensions.Encode(carriesProofs: true).Span,
        }.Write(ref w));

    [Theory]
    [InlineData("", true, false, false)]
    [InlineData("0100", true, true, false)]
    [InlineData("020155" + "0100", true, true, false)]
    [InlineData("010155", true, false, true)]
    [InlineData("0300", true, false, true)]
    [InlineData("0102aa", false, false, false)]
    public void Extensions_of_an_opening_frame(string hex, bool isList, bool carriesProofs, bool hasUnknown)
    {
        Assert.Equal(isList, StreamExtensions.TryRead(Convert.FromHexString(hex), out StreamExtensions extensions));
        if (isList)
        {
            Assert.Equal((carriesProofs, hasUnknown), (extensions.CarriesProofs, extensions.HasUnknown));
        }
    }

    [Fact]
    public void Every_proper_prefix_of_an_opening_frame_is_refused()
    {
        byte[] bytes = new byte[200];
        var writer = new FrameWriter(bytes);
        new StreamOpenFrame
        {
            StreamId = 4,
            TransferId = TransferId,
            TotalLength = 100,
            StartOffset = 7,
            Digest = new byte[StreamOpenFrame.DigestLength],
            Metadata = [1, 2, 3],
        }.Write(ref writer);
        for (int cut = 1; cut < writer.Position; cut++)
        {
            var reader = new FrameReader(bytes.AsSpan(1, cut - 1));
            Assert.False(StreamOpenFrame.TryRead(ref reader, out _));
        }

        var whole = new FrameReader(bytes.AsSpan(1, writer.Position - 1));
        Assert.True(StreamOpenFrame.TryRead(ref whole, out StreamOpenFrame frame));
        Assert.True(whole.IsAtEnd);
        Assert.Equal(7, frame.StartOffset);
        Assert.Equal(100, frame.TotalLength);
        Assert.Equal(StreamOpenFrame.DigestLength, frame.Digest.Length);
    }

    [Theory]
    [InlineData("0a", "ranges below zero", "0a00010b00")]
    [InlineData("05", "first range longer than the number", "05000006")]
    [InlineData("05", "gap below zero", "0500010105" + "00")]
    public void An_ACK_of_impossible_ranges_is_refused(string largest, string why, string hex)
    {
        Assert.StartsWith(largest, hex, StringComparison.Ordinal);
        var reader = new FrameReader(Convert.FromHexString(hex));
        var ranges = new AckRange[AckFrame.RangesMax];
        Assert.False(AckFrame.TryRead(ref reader, ranges, out _, out _), why);
    }

    [Fact]
    public void Ranges_of_an_ACK_come_back()
    {
        byte[] bytes = Convert.FromHexString("0a4064" + "01020103");
        var reader = new FrameReader(bytes);
        var ranges = new AckRange[AckFrame.RangesMax];
        Assert.True(AckFrame.TryRead(ref reader, ranges, out int count, out ulong delay));
        Assert.Equal(100UL, delay);
        Assert.Equal([new AckRange(8, 10), new AckRange(2, 5)], ranges[..count]);
    }

    private static void Expect(string hex, WriteFrame write)
    {
        byte[] buffer = new byte[256];
        var writer = new FrameWriter(buffer);
        write(ref writer);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer.AsSpan(0, writer.Position)));
    }
}
