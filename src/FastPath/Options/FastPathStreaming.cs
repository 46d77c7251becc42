namespace FastPath.Options;

/// <summary>The stage of the rollout that a node is in: how contracts are sent. Peers say what they take in the handshake.</summary>
public enum FastPathStreaming
{
    /// <summary>Whole messages only, and none of the streaming features is announced.</summary>
    Off,

    /// <summary>Whole messages are used; the streaming path runs beside them and is compared.</summary>
    Shadow,

    /// <summary>Streams are taken; what this node sends is streamed only where that was asked for.</summary>
    OptIn,

    /// <summary>Streams wherever the next hop takes them and the payload is longer than the threshold.</summary>
    On,
}
