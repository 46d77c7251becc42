namespace FastPath;

/// <summary>Kinds of failure that a host can tell apart.</summary>
public enum FastPathError
{
    /// <summary>No answer: the peer is not there, or has not that key.</summary>
    Unreachable,

    /// <summary>The peer answered and refused: the handshake, or what it was asked for.</summary>
    Refused,

    /// <summary>The connection ended while the call was under way.</summary>
    ConnectionClosed,

    /// <summary>Port in use, no permission, no space, or the node's memory budget is used up.</summary>
    LocalResource,

    /// <summary>Every node that could be asked was asked, and has it not.</summary>
    NotFound,

    /// <summary>Some node on the way was lost, silent, or failed before its first byte.</summary>
    Unavailable,

    /// <summary>The other side gave the stream up.</summary>
    Cancelled,

    /// <summary>No useful progress within the limit.</summary>
    Stalled,

    /// <summary>More bytes than are taken.</summary>
    TooLarge,

    /// <summary>The content is not what its key, its digest or its format says.</summary>
    Corrupt,

    /// <summary>The receiver could not store the content.</summary>
    StoreFailed,

    /// <summary>A relay lost the peer that it had the bytes from.</summary>
    UpstreamLost,

    /// <summary>A relay lost the peer that it sent the bytes to.</summary>
    DownstreamLost,

    /// <summary>A second reader asked for bytes that were given back already.</summary>
    TooLate,

    /// <summary>The transfer broke and cannot go on: its source cannot replay the bytes, or has announced no digest.</summary>
    NotResumable,

    /// <summary>One of several targets held the others up for longer than its policy allows, or filled its spill file.</summary>
    TooSlow,

    /// <summary>The node's state merger takes no deltas of this contract.</summary>
    DeltaRefused,

    /// <summary>The peer broke the rules of a stream.</summary>
    Protocol,
}
