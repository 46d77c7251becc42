namespace FastPath.Protocol.Handshakes;

/// <summary>The responder's answer, inside message 2.</summary>
internal enum HandshakeStatus : byte
{
    Accepted = 0,
    NotAuthorized = 1,
    IncompatibleVersion = 2,
    NoCommonCipher = 3,
}
