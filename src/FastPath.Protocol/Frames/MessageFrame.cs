namespace FastPath.Protocol.Frames;

/// <summary>A small message whole in one packet, delivered once (decision D14).</summary>
internal readonly ref struct MessageFrame(ulong sequence, ReadOnlySpan<byte> bytes)
{
    public ulong Sequence { get; } = sequence;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public int EncodedLength => 1 + VarInt.LengthOf(Sequence) + VarInt.LengthOf((ulong)Bytes.Length) + Bytes.Length;

    public static bool TryRead(ref FrameReader reader, out MessageFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong sequence)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> bytes))
        {
            frame = default;
            return false;
        }

        frame = new MessageFrame(sequence, bytes);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.Message);
        writer.WriteVarInt(Sequence);
        writer.WriteBlock(Bytes);
    }
}
