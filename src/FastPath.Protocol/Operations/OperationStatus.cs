namespace FastPath.Protocol.Operations;

/// <summary>How an operation ended. Not found, refused and failed are never mixed up (scenario O8).</summary>
internal enum OperationStatus : byte
{
    Done = 0x00,

    /// <summary>Every node that could be asked was asked, and has it not.</summary>
    NotFound = 0x01,

    /// <summary>Some node could not answer: it was lost, timed out, or failed before its first byte.</summary>
    Unavailable = 0x02,

    /// <summary>The content does not belong to its key, or its bytes are malformed.</summary>
    Corrupt = 0x03,

    /// <summary>The node could not store it: no space, no permission.</summary>
    StoreFailed = 0x04,

    /// <summary>The node does not do this.</summary>
    Refused = 0x05,

    /// <summary>The node's merger takes no deltas of this contract.</summary>
    DeltaRefused = 0x06,

    /// <summary>A branch of a search has not found it, and had no hops left to ask everybody. Between nodes only.</summary>
    OutOfHops = 0x07,
}
