namespace FastPath.Protocol.Frames;

/// <summary>Fills a datagram whose arrival proves that the path takes its length; or tells what its sender wants at most.</summary>
/// <param name="longestWanted">Longest datagram that the frame's sender wants to receive, in bytes; 0 says nothing of it.</param>
internal readonly ref struct MtuProbeFrame(ulong longestWanted)
{
    public ulong LongestWanted { get; } = longestWanted;

    public int EncodedLength => 1 + 1 + VarInt.LengthOf(LongestWanted);

    public static bool TryRead(ref FrameReader reader, out MtuProbeFrame frame)
    {
        frame = default;
        if (!reader.TryReadBlock(out ReadOnlySpan<byte> block))
        {
            return false;
        }

        // What a later version adds to the block is skipped.
        bool read = VarInt.TryRead(block, out ulong longestWanted, out _);
        frame = new MtuProbeFrame(longestWanted);
        return read;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.MtuProbe);
        writer.WriteVarInt((ulong)VarInt.LengthOf(LongestWanted));
        writer.WriteVarInt(LongestWanted);
    }
}
