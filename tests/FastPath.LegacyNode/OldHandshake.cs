using System.Buffers.Binary;
using FastPath.Protocol.Cryptography;

namespace FastPath.LegacyNode;

/// <summary>The two handshake messages of wire version 0: those of every version, with no capability in them.</summary>
internal static class OldHandshake
{
    public const int MessageOneLength = 1_200;
    private const int MessageOneHeader = 8;
    private const int MessageTwoHeader = 12;
    private const int Macs = 32;
    private const int Mac = 16;
    private const int MessageOnePayload = 1_064;
    private const byte ChaCha20Poly1305 = 3;

    public static byte[] WriteMessageOne(
        StaticKeyPair own, ReadOnlySpan<byte> remoteKey, ReadOnlySpan<byte> ephemeral, uint index, out NoiseIkHandshake state)
    {
        byte[] message = new byte[MessageOneLength];
        message[0] = 0x10;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), index);
        state = NoiseIkHandshake.Initiator(message.AsSpan(0, MessageOneHeader), own, remoteKey, ephemeral);
        byte[] items = Items(status: 0);
        int zeros = MessageOnePayload - items.Length - 3;
        byte[] payload = new OldWriter().Bytes(items).Byte(0x00).Bytes([(byte)(0x40 | (zeros >> 8)), (byte)zeros]).Bytes(new byte[zeros]).ToArray();
        Require(state.TryWriteMessage(payload, message.AsSpan(MessageOneHeader), out _));
        HandshakeMac.Write(remoteKey, message.AsSpan(0, MessageOneLength - Macs), message.AsSpan(MessageOneLength - Macs, Mac));
        return message;
    }

    /// <summary>The answer to message 1; null when that is none, or the sender does not speak this version.</summary>
    public static byte[]? WriteMessageTwo(
        ReadOnlySpan<byte> messageOne, StaticKeyPair own, ReadOnlySpan<byte> ephemeral, uint index, out NoiseIkHandshake state, out uint remoteIndex)
    {
        state = NoiseIkHandshake.Responder(messageOne[..MessageOneHeader], own, ephemeral);
        remoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(messageOne[4..]);
        byte[] offer = new byte[MessageOnePayload];
        if (messageOne.Length != MessageOneLength
            || !HandshakeMac.Verify(own.PublicKey, messageOne[..^Macs], messageOne.Slice(MessageOneLength - Macs, Mac))
            || !state.TryReadMessage(messageOne[MessageOneHeader..^Macs], offer, out int length)
            || !Accepts(offer.AsSpan(0, length)))
        {
            return null;
        }

        byte[] payload = Items(status: 0);
        byte[] message = new byte[MessageTwoHeader + NoiseIkHandshake.MessageTwoOverhead + payload.Length + Macs];
        message[0] = 0x11;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), index);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), remoteIndex);
        Require(state.TryWriteMessage(payload, message.AsSpan(MessageTwoHeader), out _));
        HandshakeMac.Write(state.RemoteStaticKey, message.AsSpan(0, message.Length - Macs), message.AsSpan(message.Length - Macs, Mac));
        return message;
    }

    /// <summary>Reads message 2: whether the session is up.</summary>
    public static bool Finish(ReadOnlySpan<byte> messageTwo, NoiseIkHandshake state, out uint remoteIndex)
    {
        remoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(messageTwo[4..]);
        byte[] answer = new byte[MessageOneLength];
        return state.TryReadMessage(messageTwo[MessageTwoHeader..^Macs], answer, out int length) && Accepts(answer.AsSpan(0, length));
    }

    /// <summary>Version 0 alone, a node, one cipher that runs everywhere, the status; no item of capabilities.</summary>
    private static byte[] Items(byte status) => new OldWriter()
        .Byte(0x01).Block([0, 0])
        .Byte(0x02).Block([0])
        .Byte(0x03).Block([ChaCha20Poly1305])
        .Byte(0x05).Block([status])
        .ToArray();

    private static bool Accepts(ReadOnlySpan<byte> items)
    {
        bool speaksOurs = false;
        bool hasCipher = false;
        bool isAccepted = true;
        var reader = new OldReader(items);
        while (!reader.IsAtEnd)
        {
            long type = reader.Int();
            ReadOnlySpan<byte> value = reader.Block();
            speaksOurs |= type == 0x01 && value is [0, _];
            hasCipher |= type == 0x03 && value.Contains(ChaCha20Poly1305);
            isAccepted &= type != 0x05 || value is [0];
        }

        return speaksOurs && hasCipher && isAccepted && !reader.HasFailed;
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("a key of small order");
        }
    }
}
