namespace FastPath.Protocol.Streams;

/// <summary>Whose turn comes more often while streams of one connection wait; known to the sender alone, not on the wire.</summary>
internal enum StreamPriority
{
    Normal,

    /// <summary>Messages too long for one packet: ahead of bulk, which still moves.</summary>
    High,

    /// <summary>Leaves most turns to the others.</summary>
    Low,
}
