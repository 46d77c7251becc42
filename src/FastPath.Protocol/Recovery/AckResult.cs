namespace FastPath.Protocol.Recovery;

/// <summary>What an ACK frame was worth.</summary>
internal enum AckResult
{
    /// <summary>Something was newly acknowledged.</summary>
    Accepted,

    /// <summary>Everything in it was known.</summary>
    Stale,

    /// <summary>It acknowledges a packet that was never sent: the peer is broken.</summary>
    Invalid,
}
