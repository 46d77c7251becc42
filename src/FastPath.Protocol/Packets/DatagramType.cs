namespace FastPath.Protocol.Packets;

/// <summary>The first byte of a datagram. 0x01 and 0x02 stay reserved for a foreign wire profile.</summary>
internal enum DatagramType : byte
{
    HandshakeInitiation = 0x10,
    HandshakeResponse = 0x11,
    Transport = 0x12,
    StatelessReset = 0x13,
    CookieReply = 0x14,
}
