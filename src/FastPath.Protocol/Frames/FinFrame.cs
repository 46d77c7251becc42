namespace FastPath.Protocol.Frames;

/// <summary>The stream ends at this absolute offset; every later FIN of the stream says the same.</summary>
/// <param name="digest">BLAKE3 of the whole payload, 32 bytes, from a sender that did not know it at the opening; else empty.</param>
internal readonly ref struct FinFrame(ulong streamId, long finalSize, ReadOnlySpan<byte> digest = default)
{
    public ulong StreamId { get; } = streamId;

    public long FinalSize { get; } = finalSize;

    public ReadOnlySpan<byte> Digest { get; } = digest;

    public int EncodedLength => 2 + VarInt.LengthOf(StreamId) + VarInt.LengthOf((ulong)FinalSize) + Digest.Length;

    public static bool TryRead(ref FrameReader reader, out FinFrame frame)
    {
        frame = default;
        if (!reader.TryReadVarInt(out ulong streamId)
            || !reader.TryReadOffset(out long finalSize)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> digest)
            || digest.Length is not (0 or StreamOpenFrame.DigestLength))
        {
            return false;
        }

        frame = new FinFrame(streamId, finalSize, digest);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        writer.WriteType(FrameType.Fin);
        writer.WriteVarInt(StreamId);
        writer.WriteOffset(FinalSize);
        writer.WriteBlock(Digest);
    }
}
