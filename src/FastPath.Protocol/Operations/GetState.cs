namespace FastPath.Protocol.Operations;

/// <summary>Where a GET stands at one node.</summary>
internal enum GetState
{
    LookingUp,

    /// <summary>Another node was asked.</summary>
    Searching,

    /// <summary>Waits for the answer of another request for the same key.</summary>
    Parked,

    /// <summary>The answer has been announced and its first byte is awaited.</summary>
    Answered,

    /// <summary>Bytes pass: no other node is tried any more.</summary>
    Transferring,
}
