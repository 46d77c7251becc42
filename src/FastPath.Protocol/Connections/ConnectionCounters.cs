namespace FastPath.Protocol.Connections;

/// <summary>Plain numbers written by the loop thread and read by anyone.</summary>
internal sealed class ConnectionCounters
{
    /// <summary>Transport packets sealed and opened.</summary>
    public long PacketsSent;
    public long PacketsReceived;

    /// <summary>Packets that were filled up, by less than a tenth, to the length of their neighbours.</summary>
    public long PacketsPadded;

    /// <summary>Packets with a number seen before.</summary>
    public long PacketsDuplicate;

    /// <summary>Packets that failed authentication or named an unknown key phase.</summary>
    public long PacketsNotAuthentic;

    /// <summary>Frames of unknown types that were skipped by their length.</summary>
    public long FramesUnknown;

    /// <summary>Packets that consisted of acknowledgements alone.</summary>
    public long AcksSent;

    public long MessagesSent;
    public long MessagesReceived;
    public long MessagesDuplicate;
}
