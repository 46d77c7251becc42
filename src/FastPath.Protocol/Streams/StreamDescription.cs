using FastPath.Protocol.Frames;
using FastPath.Serialization.Hashing;

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

    /// <summary>Of the sender's own turns; not told to the peer.</summary>
    public StreamPriority Priority { get; init; }

    /// <summary>BLAKE3 of the whole payload, 32 bytes; empty when not known.</summary>
    public ReadOnlyMemory<byte> Digest { get; init; }

    /// <summary>Opaque to this layer; at most <see cref="StreamOpenFrame.MetadataMax"/> bytes.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>A proof comes before each group of 16 KiB: needs a known length and digest, and a start at a group.</summary>
    public bool CarriesProofs { get; init; }

    /// <summary>How proofs and groups lie in the stream; null without proofs.</summary>
    public VerifiedEncoding? Encoding => CarriesProofs ? new VerifiedEncoding(TotalLength, StartOffset) : null;

    /// <summary>Offset behind the last byte of the stream, proofs counted; -1 when only FIN will tell.</summary>
    public long FinalSize => Encoding?.FinalSize ?? TotalLength;

    /// <summary>Payload bytes below an offset of the stream, those before the start offset counted.</summary>
    public long PayloadOffset(long position) => Encoding?.PayloadOffset(position) ?? position;

    /// <summary>What the opening frame says in its TLV list.</summary>
    public ReadOnlyMemory<byte> Extensions => StreamExtensions.Encode(CarriesProofs);

    /// <summary>Proofs are announced only together with all that they are checked against.</summary>
    public bool IsProvable => !CarriesProofs || (!Digest.IsEmpty && VerifiedEncoding.IsStart(TotalLength, StartOffset));

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
        CarriesProofs = StreamExtensions.TryRead(frame.Extensions, out StreamExtensions extensions) && extensions.CarriesProofs,
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
        && Metadata.Span.SequenceEqual(frame.Metadata)
        && StreamExtensions.TryRead(frame.Extensions, out StreamExtensions extensions)
        && CarriesProofs == extensions.CarriesProofs;
}
