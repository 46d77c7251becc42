namespace FastPath.Protocol.Paths;

/// <summary>Which lengths the datagrams of a path may have, in bytes of UDP payload.</summary>
internal sealed record PathMtuSettings
{
    /// <summary>Passes every path there is; a handshake is as long.</summary>
    public const int BaseBytes = 1_200;

    /// <summary>Below the 65,507 bytes that UDP over IPv4 ends at, with room for the options of a tunnel.</summary>
    public const int LongestBytes = 65_000;

    /// <summary>No search: 1,200 bytes and no more.</summary>
    public static readonly PathMtuSettings Default = new();

    /// <summary>Searches for what the path takes.</summary>
    public static readonly PathMtuSettings Auto = new() { MaxBytes = LongestBytes, RelayMaxBytes = 8_952 };

    /// <summary>Taken for granted from the first packet on, until a black hole says otherwise.</summary>
    public int StartBytes { get; init; } = BaseBytes;

    public int MaxBytes { get; init; } = BaseBytes;

    /// <summary>Cap at both sides of a relay: it passes a packet on only when all of it has come, and holds all of it.</summary>
    public int RelayMaxBytes { get; init; } = LongestBytes;

    public static PathMtuSettings Fixed(int bytes) => new() { StartBytes = bytes, MaxBytes = bytes };
}
