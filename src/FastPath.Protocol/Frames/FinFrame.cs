namespace FastPath.Protocol.Frames;

/// <summary>The stream ends at this absolute offset; every later FIN of the stream says the same.</summary>
internal readonly ref struct FinFrame(ulong streamId, long finalSize)
{
    public ulong StreamId { get; } = streamId;

    public long FinalSize { get; } = finalSize;

    public int EncodedLength => 1 + VarInt.LengthOf(StreamId) + VarInt.LengthOf((ulong)FinalSize);

    public static bool TryRead(ref FrameReader reader, out FinFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadOffset(out long finalSize))
        {
            frame = default;
            return false;
        }

        frame = new FinFrame(streamId, finalSize);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.Fin);
        writer.WriteVarInt(StreamId);
        writer.WriteOffset(FinalSize);
    }
}
