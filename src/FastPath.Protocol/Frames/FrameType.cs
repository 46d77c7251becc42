namespace FastPath.Protocol.Frames;

/// <summary>The first byte of a frame. Layouts are in native-notes/wire-format.md.</summary>
/// <remarks>
/// Types up to <see cref="LastPlain"/> have layouts of their own. Every other type carries its length (a variable-length
/// integer) right after its number, so that a node skips what it does not know (decision D13).
/// </remarks>
internal enum FrameType : byte
{
    Padding = 0x00,
    Ping = 0x01,
    Ack = 0x02,
    StreamOpen = 0x03,
    Fragment = 0x04,
    Fin = 0x05,
    StreamReset = 0x06,
    StopSending = 0x07,
    StreamCredit = 0x08,
    ConnectionCredit = 0x09,
    StreamLimit = 0x0A,
    Blocked = 0x0B,
    Message = 0x0C,
    ConnectionClose = 0x0D,
    LastPlain = ConnectionClose,

    // Each carries its length; those without a reader here are reserved.
    EcnAck = 0x20,
    PathChallenge = 0x21,
    PathResponse = 0x22,
    MtuProbe = 0x23,
    StreamAccept = 0x24,
    StreamDecline = 0x25,
    StreamHave = 0x26,
    AckFrequency = 0x27,
    Datagram = 0x28,
    StreamDelivery = 0x29,
}
