namespace FastPath.Protocol.Frames;

/// <summary>How the bytes of a stream are delivered.</summary>
internal enum StreamKind : byte
{
    /// <summary>Readable as the bytes arrive.</summary>
    Streaming = 0,

    /// <summary>Delivered only when complete: a message too long for one packet.</summary>
    Whole = 1,
}
