using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Handshakes;

/// <summary>Sets of capabilities as bytes, and what two of them have in common.</summary>
[Trait("Scenario", "V3")]
public sealed class CapabilitySetTests
{
    [Property(MaxTest = 500)]
    public void A_set_comes_back_as_it_was(ulong features, ulong ciphers, ulong payload, int streams)
    {
        CapabilitySet set = Create(features, ciphers, payload, streams);
        Assert.Equal(set, CapabilitySet.Read(Encode(set)));
        Assert.True(Encode(set).Length <= CapabilitySet.EncodedLengthMax);
    }

    [Property(MaxTest = 500)]
    public void Both_ends_come_to_the_same_set(
        ulong features, ulong ciphers, ulong payload, int streams, ulong otherFeatures, ulong otherCiphers, ulong otherPayload, int otherStreams)
    {
        CapabilitySet left = Create(features, ciphers, payload, streams);
        CapabilitySet right = Create(otherFeatures, otherCiphers, otherPayload, otherStreams);
        CapabilitySet both = left.With(CapabilitySet.Read(Encode(right)));
        Assert.Equal(both, right.With(CapabilitySet.Read(Encode(left))));
        Assert.Equal(left.Features & right.Features, both.Features);
        Assert.True(both.StreamsMax >= 1 && both.PayloadBytesMax <= left.PayloadBytesMax && both.PayloadBytesMax <= right.PayloadBytesMax);
    }

    [Property(MaxTest = 1_000)]
    public void Whatever_stands_in_the_list_is_read_as_some_set(byte[] list)
    {
        CapabilitySet set = CapabilitySet.Read(list);
        Assert.True(set.StreamsMax >= 1 && set.PayloadBytesMax >= 0);
    }

    [Property(MaxTest = 500)]
    public void Items_that_are_not_known_change_nothing_even_odd_ones(ulong features, ushort type, byte[] value)
    {
        CapabilitySet set = Create(features, 1, 1 << 20, 4);
        byte[] space = new byte[value.Length + 16];
        var writer = new FrameWriter(space);
        writer.WriteVarInt(8UL + type);
        writer.WriteBlock(value);
        byte[] unknown = space[..writer.Position];
        Assert.Equal(set, CapabilitySet.Read([.. unknown, .. Encode(set), .. unknown]));
    }

    [Fact]
    public void An_empty_list_is_that_of_an_old_node() => Assert.Equal(CapabilitySet.None, CapabilitySet.Read([]));

    [Fact]
    public void Its_bytes_are_the_golden_ones()
    {
        var set = new CapabilitySet { Features = 0x7F, Ciphers = 0x0E, PayloadBytesMax = 1L << 40, StreamsMax = 256 };
        Assert.Equal("0002407f" + "02010e" + "0408c000010000000000" + "06024100", Convert.ToHexStringLower(Encode(set)));
    }

    private static CapabilitySet Create(ulong features, ulong ciphers, ulong payload, int streams) => new()
    {
        Features = features & VarInt.MaxValue,
        Ciphers = ciphers & VarInt.MaxValue,
        PayloadBytesMax = (long)(payload & VarInt.MaxValue),
        StreamsMax = Math.Max(1, streams & int.MaxValue),
    };

    private static byte[] Encode(CapabilitySet set)
    {
        byte[] space = new byte[CapabilitySet.EncodedLengthMax];
        return space[..set.Write(space)];
    }
}
