namespace FastPath.Protocol.Frames;

/// <summary>
/// One number about one stream, from its receiver, repeated until acknowledged: STREAM_ACCEPT (the offset to begin at),
/// STREAM_DECLINE (the code), STREAM_HAVE (zero) or STREAM_DELIVERY (the level).
/// </summary>
internal readonly ref struct StreamSignalFrame(FrameType type, ulong streamId, ulong value)
{
    /// <summary>Type, length and two integers.</summary>
    public const int EncodedLengthMax = 2 + (2 * VarInt.MaxLength);

    public FrameType Type { get; } = type;

    public ulong StreamId { get; } = streamId;

    public ulong Value { get; } = value;

    public int EncodedLength => 2 + BodyLength;

    private int BodyLength => VarInt.LengthOf(StreamId) + VarInt.LengthOf(Value);

    public static bool IsSignal(FrameType type) => type is >= FrameType.StreamAccept and <= FrameType.StreamHave or FrameType.StreamDelivery;

    public static bool TryRead(ref FrameReader reader, FrameType type, out StreamSignalFrame frame)
    {
        frame = default;
        if (!reader.TryReadBlock(out ReadOnlySpan<byte> body))
        {
            return false;
        }

        var inner = new FrameReader(body);
        if (!inner.TryReadVarInt(out ulong streamId) || !inner.TryReadVarInt(out ulong value) || !inner.IsAtEnd)
        {
            return false;
        }

        frame = new StreamSignalFrame(type, streamId, value);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(Type);
        writer.WriteVarInt((ulong)BodyLength);
        writer.WriteVarInt(StreamId);
        writer.WriteVarInt(Value);
    }
}
