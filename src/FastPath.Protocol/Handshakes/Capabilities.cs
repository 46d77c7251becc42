namespace FastPath.Protocol.Handshakes;

/// <summary>Feature bits of a handshake. A session has those that both sides have; unknown bits are left alone.</summary>
internal static class Capabilities
{
    public const ulong None = 0;

    /// <summary>Contracts in the archived form are read.</summary>
    public const ulong ArchivedForm = 1 << 0;

    public const ulong All = ArchivedForm;
}
