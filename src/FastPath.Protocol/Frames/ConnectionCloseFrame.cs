namespace FastPath.Protocol.Frames;

/// <summary>The session ends with a code and a reason for people.</summary>
internal readonly ref struct ConnectionCloseFrame(ulong code, ReadOnlySpan<byte> reason)
{
    public ulong Code { get; } = code;

    public ReadOnlySpan<byte> Reason { get; } = reason;

    public int EncodedLength => 1 + VarInt.LengthOf(Code) + VarInt.LengthOf((ulong)Reason.Length) + Reason.Length;

    public static bool TryRead(ref FrameReader reader, out ConnectionCloseFrame frame)
    {
        if (!reader.TryReadVarInt(out ulong code)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> reason))
        {
            frame = default;
            return false;
        }

        frame = new ConnectionCloseFrame(code, reason);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.ConnectionClose);
        writer.WriteVarInt(Code);
        writer.WriteBlock(Reason);
    }
}
