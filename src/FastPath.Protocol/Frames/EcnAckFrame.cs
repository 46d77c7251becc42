using FastPath.Protocol.Recovery;

namespace FastPath.Protocol.Frames;

/// <summary>Packets that have come by their ECN codepoint, in all (RFC 9000, section 19.3.2); belongs to the ACK behind it in the same packet.</summary>
internal readonly ref struct EcnAckFrame(EcnCounts counts)
{
    private const ulong CountMax = 1UL << 61;

    public EcnCounts Counts { get; } = counts;

    public int EncodedLength => 1 + 1 + BlockLength;

    // At most 24, so its length is one byte.
    private int BlockLength => VarInt.LengthOf((ulong)Counts.CapableZero)
        + VarInt.LengthOf((ulong)Counts.CapableOne)
        + VarInt.LengthOf((ulong)Counts.Marked);

    /// <returns>False when a count is missing or beyond what can be added up.</returns>
    public static bool TryRead(ref FrameReader reader, out EcnAckFrame frame)
    {
        frame = default;
        if (!reader.TryReadBlock(out ReadOnlySpan<byte> block)
            || !TryReadCount(ref block, out long zero)
            || !TryReadCount(ref block, out long one)
            || !TryReadCount(ref block, out long marked))
        {
            return false;
        }

        // What a later version adds to the block is skipped.
        frame = new EcnAckFrame(new EcnCounts(zero, one, marked));
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.EcnAck);
        writer.WriteVarInt((ulong)BlockLength);
        writer.WriteVarInt((ulong)Counts.CapableZero);
        writer.WriteVarInt((ulong)Counts.CapableOne);
        writer.WriteVarInt((ulong)Counts.Marked);
    }

    private static bool TryReadCount(ref ReadOnlySpan<byte> block, out long count)
    {
        bool read = VarInt.TryRead(block, out ulong value, out int length) && value < CountMax;
        count = (long)value;
        block = read ? block[length..] : default;
        return read;
    }
}
