using System.Diagnostics.CodeAnalysis;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Operations;

namespace FastPath.Protocol.Legacy;

/// <summary>
/// Messages of the network that travel whole: in a MESSAGE frame (purpose, bincode), or as the payload of a stream of kind
/// "whole" whose metadata is the purpose.
/// </summary>
internal static class WholeMessage
{
    private const int PurposeLength = 1;

    /// <summary>A kind or variant that this node does not know, and what is no message at all, are both false.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bincode, [NotNullWhen(true)] out NetMessage? message) =>
        BincodeReader.TryRead<NetMessage>(bincode, out message, out _, out _);

    /// <summary>Whether it fits a MESSAGE frame.</summary>
    public static bool IsShort(Connection to, StreamingSerializer message) =>
        PurposeLength + message.Length <= to.MessageBytesMax;

    /// <summary>The payload of the MESSAGE frame.</summary>
    public static byte[] ToShortMessage(StreamingSerializer message)
    {
        byte[] bytes = new byte[PurposeLength + message.Length];
        bytes[0] = (byte)Purpose.NetMessage;
        message.Read(0, bytes.AsSpan(PurposeLength));
        return bytes;
    }

    /// <summary>For messages without a body, which always fit.</summary>
    /// <returns>False when the connection takes no more messages.</returns>
    public static bool TrySendShort(Connection to, NetMessage message) =>
        to.TryQueueMessage(ToShortMessage(message.StartSerialize()), out _);
}
