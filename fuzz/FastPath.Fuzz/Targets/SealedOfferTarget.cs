using System.Buffers.Binary;
using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Targets;

/// <summary>Any payload inside an authentic message 1: what a stranger with a key of his own can say.</summary>
internal sealed class SealedOfferTarget : IFuzzTarget
{
    private static readonly byte[] Ephemeral = [.. Enumerable.Repeat((byte)0x33, StaticKeyPair.KeyLength)];

    public string Name => "sealed-offer";

    public long AllocatedBytesMax => 512 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => PayloadSeeds.All;

    public ulong Run(ReadOnlySpan<byte> input)
    {
        using Endpoint responder = HandshakeParties.CreateResponder();
        responder.HandleDatagram(Instant.Zero, HandshakeParties.InitiatorAddress, WriteMessageOne(input));
        IReadOnlyList<byte[]> answers = HandshakeParties.Poll(responder, Instant.Zero);
        bool isMalformed = responder.Counters.DatagramsMalformed > 0;
        OracleException.Require(answers.Count == (isMalformed ? 0 : 1), "one answer to an offer, none to others");
        OracleException.Require(
            isMalformed || answers[0].Length < HandshakeLayout.MessageOneLength, "message 2 is not the shorter one");
        OracleException.Require(responder.Connections.Count == 0, "a connection without a transport packet");
        return Outcome.Of(answers.Count, responder.Counters.InitiationsRefused, responder.HalfOpenCount);
    }

    private static byte[] WriteMessageOne(ReadOnlySpan<byte> input)
    {
        byte[] message = new byte[HandshakeLayout.MessageOneLength];
        message[0] = (byte)DatagramType.HandshakeInitiation;
        message[HandshakeLayout.VersionOffset] = HandshakeLayout.VersionMax;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(HandshakeLayout.SenderIndexOffset), 77);
        Span<byte> payload = stackalloc byte[HandshakeLayout.MessageOnePayload];
        payload.Clear();
        input = Outcome.Cut(input, payload.Length);
        input.CopyTo(payload);
        Pad(payload[input.Length..]);
        using StaticKeyPair local = StaticKeyPair.FromPrivateKey(HandshakeParties.InitiatorPrivateKey);
        using NoiseIkHandshake handshake = NoiseIkHandshake.Initiator(
            message.AsSpan(0, HandshakeLayout.MessageOneHeader), local, HandshakeParties.ResponderPublicKey, Ephemeral);
        Span<byte> body = message.AsSpan()[HandshakeLayout.MessageOneHeader..^HandshakeLayout.MacsLength];
        OracleException.Require(handshake.TryWriteMessage(payload, body, out _), "message 1 cannot be written");
        HandshakeParties.RepairMac(HandshakeParties.ResponderPublicKey, message);
        return message;
    }

    /// <summary>One padding item over the rest, as the encoder writes it; one or two bytes are left as zeros.</summary>
    private static void Pad(Span<byte> rest)
    {
        const int Head = 3;
        if (rest.Length >= Head)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest[1..], (ushort)(0x4000 | (rest.Length - Head)));
        }
    }
}
