using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Legacy;

/// <summary>FIN as wire version 0 has it: stream and final size, and no digest. All other plain frames are those of version 1.</summary>
internal static class PlainFin
{
    public static bool TryRead(ref FrameReader reader, out FinFrame frame)
    {
        bool isRead = reader.TryReadVarInt(out ulong streamId) & reader.TryReadOffset(out long finalSize);
        frame = isRead ? new FinFrame(streamId, finalSize) : default;
        return isRead;
    }

    /// <returns>False when the packet has no room for it.</returns>
    public static bool TryWrite(ref FrameWriter writer, ulong streamId, long finalSize)
    {
        if (1 + VarInt.LengthOf(streamId) + VarInt.LengthOf((ulong)finalSize) > writer.Remaining)
        {
            return false;
        }

        writer.WriteType(FrameType.Fin);
        writer.WriteVarInt(streamId);
        writer.WriteOffset(finalSize);
        return true;
    }
}
