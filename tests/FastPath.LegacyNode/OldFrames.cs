namespace FastPath.LegacyNode;

/// <summary>The frames of wire version 0 as their bytes; ACK is in <see cref="OldAcks"/>.</summary>
internal static class OldFrames
{
    public const byte NetMessagePurpose = 0x38;

    public static byte[] Ping => [0x01];

    public static byte[] Message(long sequence, ReadOnlySpan<byte> payload) =>
        new OldWriter().Byte(0x0C).Int(sequence).Block([NetMessagePurpose, .. payload]).ToArray();

    /// <summary>Flags: total length; kind: whole; start offset 0; metadata: the purpose; no items.</summary>
    public static byte[] Open(long stream, ReadOnlySpan<byte> transferId, long length) => new OldWriter()
        .Byte(0x03).Int(stream).Byte(0x01).Byte(0x01).Bytes(transferId).Int(length).Int(0).Block([NetMessagePurpose]).Block([]).ToArray();

    public static byte[] Fragment(long stream, long offset, ReadOnlySpan<byte> bytes) =>
        new OldWriter().Byte(0x04).Int(stream).Int(offset).Block(bytes).ToArray();

    /// <summary>No digest: that came with version 1.</summary>
    public static byte[] Fin(long stream, long length) => new OldWriter().Byte(0x05).Int(stream).Int(length).ToArray();

    public static byte[] StreamCredit(long stream, long offset) => new OldWriter().Byte(0x08).Int(stream).Int(offset).ToArray();

    public static byte[] ConnectionCredit(long bytes) => new OldWriter().Byte(0x09).Int(bytes).ToArray();

    public static byte[] StreamLimit(long streams) => new OldWriter().Byte(0x0A).Int(streams).ToArray();

    public static byte[] Close(long code, ReadOnlySpan<byte> reason) =>
        new OldWriter().Byte(0x0D).Int(code).Block(reason).ToArray();
}
