namespace FastPath.Protocol.Frames;

/// <summary>The receiver wants no more of the stream; repeated until acknowledged.</summary>
internal readonly ref struct StopSendingFrame(ulong streamId, ulong code)
{
    public ulong StreamId { get; } = streamId;

    public ulong Code { get; } = code;

    public int EncodedLength => 1 + VarInt.LengthOf(StreamId) + VarInt.LengthOf(Code);

    public static bool TryRead(ref FrameReader reader, out StopSendingFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadVarInt(out ulong code))
        {
            frame = default;
            return false;
        }

        frame = new StopSendingFrame(streamId, code);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.StopSending);
        writer.WriteVarInt(StreamId);
        writer.WriteVarInt(Code);
    }
}
