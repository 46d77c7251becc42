namespace FastPath.Protocol.Frames;

/// <summary>The sender gives the stream up; repeated until acknowledged.</summary>
internal readonly ref struct StreamResetFrame(ulong streamId, ulong code, long bytesSent)
{
    public ulong StreamId { get; } = streamId;

    public ulong Code { get; } = code;

    public long BytesSent { get; } = bytesSent;

    public int EncodedLength => 1 + VarInt.LengthOf(StreamId) + VarInt.LengthOf(Code) + VarInt.LengthOf((ulong)BytesSent);

    public static bool TryRead(ref FrameReader reader, out StreamResetFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadVarInt(out ulong code)
            || !reader.TryReadOffset(out long bytesSent))
        {
            frame = default;
            return false;
        }

        frame = new StreamResetFrame(streamId, code, bytesSent);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.StreamReset);
        writer.WriteVarInt(StreamId);
        writer.WriteVarInt(Code);
        writer.WriteOffset(BytesSent);
    }
}
