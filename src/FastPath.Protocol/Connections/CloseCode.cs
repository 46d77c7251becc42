namespace FastPath.Protocol.Connections;

/// <summary>Why a connection ended; the numbers below 0x100 travel in CONNECTION_CLOSE.</summary>
internal enum CloseCode : ulong
{
    None = 0x00,
    ProtocolViolation = 0x01,
    FlowControl = 0x02,
    Internal = 0x03,

    // Never on the wire: what this side found out by itself.
    IdleTimeout = 0x100,
    PeerReset = 0x101,
    Replaced = 0x102,
    HandshakeTimeout = 0x103,
    Refused = 0x104,
    KeysUsedUp = 0x105,
}
