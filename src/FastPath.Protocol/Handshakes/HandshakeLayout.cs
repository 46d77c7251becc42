using FastPath.Protocol.Cryptography;

namespace FastPath.Protocol.Handshakes;

/// <summary>Offsets of the two handshake datagrams; see native-notes/wire-format.md.</summary>
internal static class HandshakeLayout
{
    /// <summary>The wire versions that this node speaks; 0 is that of old nodes, which know whole messages only.</summary>
    public const byte VersionMin = VersionOfOldNodes;
    public const byte VersionMax = 1;
    public const byte VersionOfOldNodes = 0;

    /// <summary>Message 1 is always this long, so that no answer is longer than what was asked with.</summary>
    public const int MessageOneLength = 1_200;

    public const int VersionOffset = 1;
    public const int SenderIndexOffset = 4;

    /// <summary>Message 2 only.</summary>
    public const int ReceiverIndexOffset = SenderIndexOffset + sizeof(uint);

    public const int MessageOneHeader = SenderIndexOffset + sizeof(uint);
    public const int MessageTwoHeader = ReceiverIndexOffset + sizeof(uint);

    /// <summary>Two MACs end each message; the second stays zero until cookies exist.</summary>
    public const int MacsLength = 2 * HandshakeMac.Length;

    public const int MessageOnePayload =
        MessageOneLength - MessageOneHeader - NoiseIkHandshake.MessageOneOverhead - MacsLength;

    public const int ResetLength = 1 + sizeof(uint) + StatelessResetToken.Length;
}
