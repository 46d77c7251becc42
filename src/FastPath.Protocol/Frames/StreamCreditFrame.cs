namespace FastPath.Protocol.Frames;

/// <summary>The sender may send bytes of the stream below this absolute offset; never withdrawn.</summary>
internal readonly ref struct StreamCreditFrame(ulong streamId, long maxOffset)
{
    public ulong StreamId { get; } = streamId;

    public long MaxOffset { get; } = maxOffset;

    public int EncodedLength => 1 + VarInt.LengthOf(StreamId) + VarInt.LengthOf((ulong)MaxOffset);

    public static bool TryRead(ref FrameReader reader, out StreamCreditFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadOffset(out long maxOffset))
        {
            frame = default;
            return false;
        }

        frame = new StreamCreditFrame(streamId, maxOffset);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.StreamCredit);
        writer.WriteVarInt(StreamId);
        writer.WriteOffset(MaxOffset);
    }
}
