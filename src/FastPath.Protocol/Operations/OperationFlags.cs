namespace FastPath.Protocol.Operations;

/// <summary>Wishes of an operation's origin that every node on the way honours. Unknown bits are passed on.</summary>
[Flags]
internal enum OperationFlags : byte
{
    None = 0,

    /// <summary>The origin follows the key: every node on the way passes updates back to it.</summary>
    Subscribe = 1,

    /// <summary>Stream it also where streaming is used on request only.</summary>
    Streaming = 2,

    /// <summary>
    /// The answer to a GET should carry proofs of its groups: every node on the way reads them, so the flag is taken away before
    /// a node that does not.
    /// </summary>
    Proofs = 4,

    /// <summary>
    /// A GET asks nodes again that were asked with fewer hops left: dear, and the only way to find for sure what lies within its
    /// hops. Its origin sets it when hops ran out in a search that asks each node once.
    /// </summary>
    Thorough = 8,
}
