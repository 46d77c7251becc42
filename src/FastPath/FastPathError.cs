namespace FastPath;

/// <summary>Kinds of failure that a host can tell apart.</summary>
public enum FastPathError
{
    /// <summary>No answer: the peer is not there, or has not that key.</summary>
    Unreachable,

    /// <summary>The peer answered and refused the handshake.</summary>
    Refused,

    /// <summary>The connection ended while the call was under way.</summary>
    ConnectionClosed,

    /// <summary>Port in use, or no permission for it.</summary>
    LocalResource,
}
