namespace FastPath.Protocol.Frames;

/// <summary>MESSAGE bytes that the peer may have sent in all since the session began.</summary>
internal readonly ref struct ConnectionCreditFrame(ulong maxBytes)
{
    public ulong MaxBytes { get; } = maxBytes;

    public int EncodedLength => 1 + VarInt.LengthOf(MaxBytes);

    public static bool TryRead(ref FrameReader reader, out ConnectionCreditFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong maxBytes))
        {
            frame = default;
            return false;
        }

        frame = new ConnectionCreditFrame(maxBytes);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.ConnectionCredit);
        writer.WriteVarInt(MaxBytes);
    }
}
