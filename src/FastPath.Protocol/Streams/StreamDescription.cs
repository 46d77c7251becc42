using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Streams;

/// <summary>What the opening frame says of a stream (decision D3).</summary>
internal sealed record StreamDescription
{
    public StreamKind Kind { get; init; }

    /// <summary>Names the transfer at both ends and at every relay between them.</summary>
    public UInt128 TransferId { get; init; }

    /// <summary>Bytes of the whole payload; -1 when only FIN will tell.</summary>
    public long TotalLength { get; init; } = -1;

    public long StartOffset { get; init; }

    /// <summary>Bytes wait for the receiver's answer, which may also move the start offset.</summary>
    public bool IsOffer { get; init; }

    /// <summary>The sender wants to hear of <see cref="DeliveryLevel.Consumed"/> and what is above it.</summary>
    public bool WantsDelivery { get; init; }

    /// <summary>BLAKE3 of the whole payload, 32 bytes; empty when not known.</summary>
    public ReadOnlyMemory<byte> Digest { get; init; }

    /// <summary>Opaque to this layer; at most <see cref="StreamOpenFrame.MetadataMax"/> bytes.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    public static StreamDescription Read(in StreamOpenFrame frame) => new()
    {
        Kind = frame.Kind,
        TransferId = frame.TransferId,
        TotalLength = frame.TotalLength,
        StartOffset = frame.StartOffset,
        IsOffer = frame.IsOffer,
        WantsDelivery = frame.WantsDelivery,
        Digest = frame.Digest.ToArray(),
        Metadata = frame.Metadata.ToArray(),
    };

    /// <summary>Whether a repeated opening frame says the same; another one is a stream error.</summary>
    public bool Matches(in StreamOpenFrame frame) =>
        Kind == frame.Kind
        && TotalLength == frame.TotalLength
        && IsOffer == frame.IsOffer
        && WantsDelivery == frame.WantsDelivery
        && (IsOffer || StartOffset == frame.StartOffset)
        && TransferId == frame.TransferId
        && Digest.Span.SequenceEqual(frame.Digest)
        && Metadata.Span.SequenceEqual(frame.Metadata);
}
