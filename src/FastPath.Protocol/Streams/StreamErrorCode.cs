namespace FastPath.Protocol.Streams;

/// <summary>Why a stream ended early. Values below 0x100 travel in STREAM_RESET and STOP_SENDING.</summary>
internal enum StreamErrorCode : ulong
{
    None = 0x00,

    /// <summary>Its reader or writer gave it up.</summary>
    Cancelled = 0x01,

    /// <summary>No useful progress within the limit.</summary>
    Stalled = 0x02,

    /// <summary>The receiver has no memory for it.</summary>
    NoBuffers = 0x03,

    /// <summary>Over the limit of streams.</summary>
    TooManyStreams = 0x04,

    /// <summary>More bytes than the receiver takes.</summary>
    TooLarge = 0x05,

    /// <summary>A second final size, bytes beyond it, or a description that changed.</summary>
    FinalSize = 0x06,

    /// <summary>Bytes beyond the granted credit, or more holes than a window can have.</summary>
    FlowControl = 0x07,

    /// <summary>Fragments came, the opening frame did not.</summary>
    Unannounced = 0x08,

    /// <summary>The content is not what was announced.</summary>
    Corrupt = 0x09,

    /// <summary>A relay lost the peer that it had the bytes from.</summary>
    UpstreamLost = 0x0A,

    /// <summary>A relay lost the peer that it sent the bytes to.</summary>
    DownstreamLost = 0x0B,

    /// <summary>The node is shutting down.</summary>
    ShuttingDown = 0x0C,

    /// <summary>Nobody here takes streams of this purpose.</summary>
    Unsupported = 0x0D,

    /// <summary>The receiver could not store the content.</summary>
    StoreFailed = 0x0E,

    /// <summary>It held the other targets of the same bytes up for longer than its policy allows.</summary>
    TooSlow = 0x20,

    /// <summary>The receiver does not want what was offered.</summary>
    Declined = 0x0F,

    // Never on the wire.
    ConnectionLost = 0x100,
}
