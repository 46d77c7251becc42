using System.Buffers.Binary;

namespace FastPath.Protocol.Frames;

/// <summary>Everything that describes a stream (decision D3): it travels inside the stream, so it is never lost apart.</summary>
internal readonly ref struct StreamOpenFrame
{
    public const int TransferIdLength = 16;
    public const int DigestLength = 32;

    /// <summary>Longest metadata, in bytes; opaque to this layer.</summary>
    public const int MetadataMax = 900;

    private const byte HasTotalLength = 1;
    private const byte HasDigest = 2;
    private const byte IsOfferFlag = 4;
    private const byte WantsDeliveryFlag = 8;
    private const byte KnownFlags = HasTotalLength | HasDigest | IsOfferFlag | WantsDeliveryFlag;

    public ulong StreamId { get; init; }

    public StreamKind Kind { get; init; }

    /// <summary>Names the transfer at both ends; 16 bytes, big-endian.</summary>
    public UInt128 TransferId { get; init; }

    /// <summary>Payload bytes from offset 0 to the end; -1 when only FIN will tell.</summary>
    public long TotalLength { get; init; }

    public long StartOffset { get; init; }

    /// <summary>No byte follows before the receiver has answered with a <see cref="StreamSignalFrame"/>.</summary>
    public bool IsOffer { get; init; }

    /// <summary>The sender wants to hear when the payload was consumed and committed at its destination.</summary>
    public bool WantsDelivery { get; init; }

    /// <summary>32 bytes, or empty when not known.</summary>
    public ReadOnlySpan<byte> Digest { get; init; }

    public ReadOnlySpan<byte> Metadata { get; init; }

    /// <summary>Encoded TLV items (<see cref="TlvReader"/>).</summary>
    public ReadOnlySpan<byte> Extensions { get; init; }

    public int EncodedLength => 1 + VarInt.LengthOf(StreamId) + 2 + TransferIdLength
        + (TotalLength >= 0 ? VarInt.LengthOf((ulong)TotalLength) : 0)
        + VarInt.LengthOf((ulong)StartOffset) + Digest.Length
        + VarInt.LengthOf((ulong)Metadata.Length) + Metadata.Length
        + VarInt.LengthOf((ulong)Extensions.Length) + Extensions.Length;

    private byte Flags => (byte)((TotalLength >= 0 ? HasTotalLength : 0)
        | (Digest.IsEmpty ? 0 : HasDigest)
        | (IsOffer ? IsOfferFlag : 0)
        | (WantsDelivery ? WantsDeliveryFlag : 0));

    public static bool TryRead(ref FrameReader reader, out StreamOpenFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadByte(out byte flags)
            || (flags & ~KnownFlags) != 0
            || !reader.TryReadByte(out byte kind)
            || !reader.TryReadBytes(TransferIdLength, out ReadOnlySpan<byte> transferId))
        {
            return false;
        }

        long totalLength = -1;
        ReadOnlySpan<byte> digest = default;
        if (((flags & HasTotalLength) != 0 && !reader.TryReadOffset(out totalLength))
            || !reader.TryReadOffset(out long startOffset)
            || ((flags & HasDigest) != 0 && !reader.TryReadBytes(DigestLength, out digest))
            || !reader.TryReadBlock(out ReadOnlySpan<byte> metadata)
            || metadata.Length > MetadataMax
            || !reader.TryReadBlock(out ReadOnlySpan<byte> extensions)
            || (totalLength >= 0 && startOffset > totalLength))
        {
            return false;
        }

        frame = new StreamOpenFrame
        {
            StreamId = streamId,
            Kind = (StreamKind)kind,
            TransferId = BinaryPrimitives.ReadUInt128BigEndian(transferId),
            TotalLength = totalLength,
            StartOffset = startOffset,
            IsOffer = (flags & IsOfferFlag) != 0,
            WantsDelivery = (flags & WantsDeliveryFlag) != 0,
            Digest = digest,
            Metadata = metadata,
            Extensions = extensions,
        };
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.StreamOpen);
        writer.WriteVarInt(StreamId);
        writer.WriteByte(Flags);
        writer.WriteByte((byte)Kind);
        BinaryPrimitives.WriteUInt128BigEndian(writer.Reserve(TransferIdLength), TransferId);
        if (TotalLength >= 0)
        {
            writer.WriteOffset(TotalLength);
        }

        writer.WriteOffset(StartOffset);
        writer.WriteBytes(Digest);
        writer.WriteBlock(Metadata);
        writer.WriteBlock(Extensions);
    }
}
