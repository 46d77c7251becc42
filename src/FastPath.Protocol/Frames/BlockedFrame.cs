namespace FastPath.Protocol.Frames;

/// <summary>The sender has data and no credit: the peer repeats the grant named by the kind.</summary>
internal readonly ref struct BlockedFrame(byte kind, ulong streamId, ulong limit)
{
    public byte Kind { get; } = kind;

    public ulong StreamId { get; } = streamId;

    public ulong Limit { get; } = limit;

    public int EncodedLength => 1 + 1 + VarInt.LengthOf(StreamId) + VarInt.LengthOf(Limit);

    public static bool TryRead(ref FrameReader reader, out BlockedFrame frame)
    {
        if (!reader.TryReadByte(out byte kind)
            || !reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadVarInt(out ulong limit))
        {
            frame = default;
            return false;
        }

        frame = new BlockedFrame(kind, streamId, limit);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.Blocked);
        writer.WriteByte(Kind);
        writer.WriteVarInt(StreamId);
        writer.WriteVarInt(Limit);
    }
}
