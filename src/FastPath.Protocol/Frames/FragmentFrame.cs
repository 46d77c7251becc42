namespace FastPath.Protocol.Frames;

/// <summary>Bytes of a stream at an absolute offset. Any sender may cut anew at any time (decision D3).</summary>
internal readonly ref struct FragmentFrame(ulong streamId, long offset, ReadOnlySpan<byte> bytes)
{
    public ulong StreamId { get; } = streamId;

    public long Offset { get; } = offset;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public int EncodedLength => 1 + VarInt.LengthOf(StreamId) + VarInt.LengthOf((ulong)Offset) + VarInt.LengthOf((ulong)Bytes.Length) + Bytes.Length;

    public static bool TryRead(ref FrameReader reader, out FragmentFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadOffset(out long offset)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> bytes))
        {
            frame = default;
            return false;
        }

        frame = new FragmentFrame(streamId, offset, bytes);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.Fragment);
        writer.WriteVarInt(StreamId);
        writer.WriteOffset(Offset);
        writer.WriteBlock(Bytes);
    }
}
