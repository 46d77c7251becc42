namespace FastPath.Protocol.Handshakes;

/// <summary>Feature bits of a handshake. A session has those that both sides have; unknown bits are left alone.</summary>
internal static class Capabilities
{
    public const ulong None = 0;

    /// <summary>Contracts in the archived form are read.</summary>
    public const ulong ArchivedForm = 1 << 0;

    /// <summary>Streams that carry proofs of their groups are read.</summary>
    public const ulong VerifiedGroups = 1 << 1;

    /// <summary>Streams may be offered first and are answered: accepted from an offset, declined, or had already.</summary>
    public const ulong Offers = 1 << 2;

    /// <summary>Receivers report when a payload was consumed and committed.</summary>
    public const ulong DeliveryReports = 1 << 3;

    /// <summary>Payloads may come as streams that are used while they arrive; otherwise they are sent whole.</summary>
    public const ulong Streaming = 1 << 4;

    /// <summary>What is to be passed on leaves while it still comes in.</summary>
    public const ulong PipedForwarding = 1 << 5;

    /// <summary>A broken transfer goes on at the first byte that is missing.</summary>
    public const ulong Resume = 1 << 6;

    /// <summary>Packets are counted by their ECN codepoint, and the counts go with ACKs.</summary>
    public const ulong EcnCounts = 1 << 7;

    public const ulong All = ArchivedForm | VerifiedGroups | Offers | DeliveryReports | Streaming | PipedForwarding | Resume | EcnCounts;
}
