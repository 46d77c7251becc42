namespace FastPath.Diagnostics;

/// <summary>What one connection has sent and received since it was established: one reading of plain counters.</summary>
public sealed record PeerStatistics
{
    /// <summary>Packets sealed and sent.</summary>
    public required long PacketsSent { get; init; }

    /// <summary>Packets that opened.</summary>
    public required long PacketsReceived { get; init; }

    /// <summary>Of the sent ones, those of acknowledgements alone.</summary>
    public required long AcksSent { get; init; }

    /// <summary>Packets received a second time, and dropped.</summary>
    public required long PacketsDuplicate { get; init; }

    /// <summary>Packets that failed authentication or named an unknown key phase.</summary>
    public required long PacketsNotAuthentic { get; init; }

    /// <summary>Messages sent, those sent again included.</summary>
    public required long MessagesSent { get; init; }

    /// <summary>Messages received and delivered.</summary>
    public required long MessagesReceived { get; init; }
}
