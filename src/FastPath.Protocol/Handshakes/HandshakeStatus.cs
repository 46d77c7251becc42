namespace FastPath.Protocol.Handshakes;

/// <summary>The responder's answer, inside message 2.</summary>
internal enum HandshakeStatus : byte
{
    Accepted = 0,
    NotAuthorized = 1,
    IncompatibleVersion = 2,
    NoCommonCipher = 3,

    /// <summary>The other side sent something that must be understood, and it is not.</summary>
    UnknownItem = 4,
}
