namespace FastPath.Protocol.Operations;

/// <summary>Where the way onward of a PUT stands at one node.</summary>
internal enum PutLeg
{
    /// <summary>No node is being sent to: none was chosen yet, or this node must have it whole first.</summary>
    None,

    /// <summary>The next node was offered it and has not answered.</summary>
    Offered,

    /// <summary>Bytes pass as they come in.</summary>
    Passing,

    /// <summary>The host sends it, from its store or its origin.</summary>
    Sending,

    /// <summary>The next node has every byte: its word is awaited.</summary>
    Sent,
}
