using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Handshakes;

/// <summary>What a node can do, as a TLV list inside the handshake; a session has what both of its ends have (decision D11).</summary>
/// <remarks>Nothing in the list is mandatory: an item that is not known, or not well formed, is as good as absent.</remarks>
internal sealed record CapabilitySet
{
    /// <summary>An old node: no feature, no bound of its own, and as many streams as every node takes.</summary>
    public static readonly CapabilitySet None = new();

    /// <summary>Streams that one side may have unfinished at once when nothing is said of it.</summary>
    public const int StreamsStandard = 256;

    private const ulong FeaturesItem = 0x00;
    private const ulong CiphersItem = 0x02;
    private const ulong PayloadBytesMaxItem = 0x04;
    private const ulong StreamsMaxItem = 0x06;
    private const long PayloadUnbounded = (long)VarInt.MaxValue;
    private const int BitsMax = 62;

    /// <summary>Bits of <see cref="Handshakes.Capabilities"/>, and whatever a newer node may have set.</summary>
    public ulong Features { get; init; }

    /// <summary>Bit n: the payload cipher with the number n of <see cref="CipherSuite"/>.</summary>
    public ulong Ciphers { get; init; }

    /// <summary>Bytes: the longest payload of a stream that is taken.</summary>
    public long PayloadBytesMax { get; init; } = PayloadUnbounded;

    /// <summary>Streams that the peer may have unfinished at once; at least one.</summary>
    public int StreamsMax { get; init; } = StreamsStandard;

    /// <summary>Bytes of the encoded list at most.</summary>
    public const int EncodedLengthMax = 4 * (2 + VarInt.MaxLength);

    public bool Has(ulong feature) => (Features & feature) == feature;

    /// <summary>The set of a session: the same whichever end asks.</summary>
    public CapabilitySet With(CapabilitySet other) => new()
    {
        Features = Features & other.Features,
        Ciphers = Ciphers & other.Ciphers,
        PayloadBytesMax = Math.Min(PayloadBytesMax, other.PayloadBytesMax),
        StreamsMax = Math.Max(1, Math.Min(StreamsMax, other.StreamsMax)),
    };

    /// <summary>The numbers of the ciphers as bits; numbers that no node of this version knows have none.</summary>
    public static ulong CipherBits(ReadOnlySpan<byte> suites)
    {
        ulong bits = 0;
        foreach (byte suite in suites)
        {
            bits |= suite < BitsMax ? 1UL << suite : 0;
        }

        return bits;
    }

    /// <summary>Reads what it can.</summary>
    public static CapabilitySet Read(ReadOnlySpan<byte> list)
    {
        ulong features = 0;
        ulong ciphers = 0;
        ulong payloadBytesMax = VarInt.MaxValue;
        ulong streamsMax = StreamsStandard;
        var reader = new TlvReader(list);
        while (reader.TryRead(out ulong type, out ReadOnlySpan<byte> item, out _))
        {
            switch (type)
            {
                case FeaturesItem:
                    features = ValueOr(features, item);
                    break;
                case CiphersItem:
                    ciphers = ValueOr(ciphers, item);
                    break;
                case PayloadBytesMaxItem:
                    payloadBytesMax = ValueOr(payloadBytesMax, item);
                    break;
                case StreamsMaxItem:
                    streamsMax = ValueOr(streamsMax, item);
                    break;
            }
        }

        return new CapabilitySet
        {
            Features = features,
            Ciphers = ciphers,
            PayloadBytesMax = (long)payloadBytesMax,
            StreamsMax = (int)Math.Clamp(streamsMax, 1, int.MaxValue),
        };
    }

    public int Write(Span<byte> space)
    {
        var writer = new FrameWriter(space);
        Write(ref writer, FeaturesItem, Features);
        Write(ref writer, CiphersItem, Ciphers);
        Write(ref writer, PayloadBytesMaxItem, (ulong)PayloadBytesMax);
        Write(ref writer, StreamsMaxItem, (ulong)StreamsMax);
        return writer.Position;
    }

    private static ulong ValueOr(ulong absent, ReadOnlySpan<byte> item) =>
        VarInt.TryRead(item, out ulong value, out _) ? value : absent;

    private static void Write(ref FrameWriter writer, ulong type, ulong value)
    {
        writer.WriteVarInt(type);
        writer.WriteVarInt((ulong)VarInt.LengthOf(value));
        writer.WriteVarInt(value);
    }
}
