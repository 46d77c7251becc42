namespace FastPath.Protocol.Frames;

/// <summary>Streams that the peer may have opened in all since the session began.</summary>
internal readonly ref struct StreamLimitFrame(ulong maxStreams)
{
    public ulong MaxStreams { get; } = maxStreams;

    public int EncodedLength => 1 + VarInt.LengthOf(MaxStreams);

    public static bool TryRead(ref FrameReader reader, out StreamLimitFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong maxStreams))
        {
            frame = default;
            return false;
        }

        frame = new StreamLimitFrame(maxStreams);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.StreamLimit);
        writer.WriteVarInt(MaxStreams);
    }
}
