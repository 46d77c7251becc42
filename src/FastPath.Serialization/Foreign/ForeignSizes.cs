namespace FastPath.Serialization.Foreign;

/// <summary>Sizes of the foreign wire, in bytes.</summary>
internal static class ForeignSizes
{
    public const int PacketMax = 1_200;

    /// <summary>Longest packet that is still looked at.</summary>
    public const int ReceivedPacketMax = 1_500;

    public const int PacketTypeLength = 1;
    public const int NonceLength = 12;
    public const int TagLength = 16;

    /// <summary>Longest plaintext of a symmetric packet.</summary>
    public const int PlaintextMax = PacketMax - PacketTypeLength - NonceLength - TagLength;

    /// <summary>Packet id, count of receipts, payload variant: all there is of a NoOp without receipts.</summary>
    public const int NoOpOverhead = sizeof(uint) + sizeof(ulong) + sizeof(uint);

    /// <summary>Everything of a short message but its payload.</summary>
    public const int ShortMessageOverhead = NoOpOverhead + sizeof(ulong);

    /// <summary>
    /// Everything of a fragment but its payload: stream id, total length, number, length of the payload, and the tag of
    /// the absent metadata.
    /// </summary>
    public const int FragmentOverhead = NoOpOverhead + sizeof(uint) + sizeof(ulong) + sizeof(uint) + sizeof(ulong) + 1;

    public const int FragmentPayloadMax = PlaintextMax - FragmentOverhead;

    /// <summary>How many receipts a NoOp can carry.</summary>
    public const int NoOpReceiptsMax = (PlaintextMax - NoOpOverhead) / sizeof(uint);

    /// <summary>
    /// What metadata costs beside its bytes: its length, and the option tag, which the wire counts a second time.
    /// </summary>
    public const int MetadataOverhead = sizeof(ulong) + 1;

    /// <summary>Longest metadata that fragment 1 can carry.</summary>
    public const int MetadataMax = FragmentPayloadMax - MetadataOverhead;
}
