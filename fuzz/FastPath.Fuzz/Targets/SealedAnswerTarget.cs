using System.Buffers.Binary;
using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Targets;

/// <summary>Any payload inside an authentic message 2: what a node that was dialled can say.</summary>
internal sealed class SealedAnswerTarget : IFuzzTarget
{
    private const int Overhead =
        HandshakeLayout.MessageTwoHeader + NoiseIkHandshake.MessageTwoOverhead + HandshakeLayout.MacsLength;

    private static readonly byte[] Ephemeral = [.. Enumerable.Repeat((byte)0x44, StaticKeyPair.KeyLength)];

    public string Name => "sealed-answer";

    public long AllocatedBytesMax => 1_024 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => PayloadSeeds.All;

    public ulong Run(ReadOnlySpan<byte> input)
    {
        using Endpoint initiator = HandshakeParties.CreateInitiator();
        byte[] messageOne = HandshakeParties.DialResponder(initiator);
        byte[] messageTwo = WriteMessageTwo(
            messageOne, Outcome.Cut(input, HandshakeLayout.MessageOneLength - Overhead));
        initiator.HandleDatagram(Instant.Zero, HandshakeParties.ResponderAddress, messageTwo);
        bool hasResult = initiator.TryPollDialResult(out DialResult result);
        int sent = HandshakeParties.Poll(initiator, Instant.Zero).Count;
        bool isConnected = hasResult && result.Connection is not null;
        OracleException.Require(initiator.Connections.Count == (isConnected ? 1 : 0), "a connection without a result");
        OracleException.Require(sent == (hasResult && !isConnected ? 0 : 1), "a first packet, a new dial, or nothing");
        return Outcome.Of(hasResult ? (long)result.Status : -1, isConnected ? 1 : 0, result.PeerVersionMax);
    }

    private static byte[] WriteMessageTwo(ReadOnlySpan<byte> messageOne, ReadOnlySpan<byte> payload)
    {
        using StaticKeyPair local = StaticKeyPair.FromPrivateKey(HandshakeParties.ResponderPrivateKey);
        using NoiseIkHandshake handshake = NoiseIkHandshake.Responder(
            messageOne[..HandshakeLayout.MessageOneHeader], local, Ephemeral);
        Span<byte> offer = stackalloc byte[HandshakeLayout.MessageOnePayload];
        OracleException.Require(
            handshake.TryReadMessage(
                messageOne[HandshakeLayout.MessageOneHeader..^HandshakeLayout.MacsLength], offer, out _),
            "message 1 cannot be read");
        byte[] message = new byte[Overhead + payload.Length];
        message[0] = (byte)DatagramType.HandshakeResponse;
        message[HandshakeLayout.VersionOffset] = HandshakeLayout.VersionMax;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(HandshakeLayout.SenderIndexOffset), 88);
        messageOne.Slice(HandshakeLayout.SenderIndexOffset, sizeof(uint))
            .CopyTo(message.AsSpan(HandshakeLayout.ReceiverIndexOffset));
        OracleException.Require(
            handshake.TryWriteMessage(payload, message.AsSpan(HandshakeLayout.MessageTwoHeader), out _),
            "message 2 cannot be written");
        HandshakeParties.RepairMac(HandshakeParties.InitiatorPublicKey, message);
        return message;
    }
}
