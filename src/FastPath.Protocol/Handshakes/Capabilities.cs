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

    public const ulong All = ArchivedForm | VerifiedGroups | Offers | DeliveryReports;
}
