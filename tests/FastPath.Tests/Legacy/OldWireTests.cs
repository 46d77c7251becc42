using System.Net;
using System.Text.Json;
using FastPath.LegacyNode;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Time;
using FastPath.Serialization.Tests;

namespace FastPath.Tests.Legacy;

/// <summary>The old node is what it claims to be: its bytes are those of wire version 0, for ever.</summary>
[Trait("Scenario", "V4")]
public sealed class OldWireTests
{
    private const uint InitiatorIndex = 0x04030201;
    private const uint ResponderIndex = 0x0D0C0B0A;
    private const string Transaction = "01K02V7DYRT6QQ7Q21SYAV2E81";

    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 1);

    [Fact]
    public void A_session_with_injected_ephemerals_has_the_golden_bytes()
    {
        using StaticKeyPair left = StaticKeyPair.FromPrivateKey(Filled(0x11));
        using StaticKeyPair right = StaticKeyPair.FromPrivateKey(Filled(0x22));
        byte[] messageOne = OldHandshake.WriteMessageOne(left, right.PublicKey, Filled(0x33), InitiatorIndex, out NoiseIkHandshake dialling);
        Assert.Equal(OldWireBytes.MessageOne, Convert.ToHexStringLower(messageOne));
        byte[]? messageTwo = OldHandshake.WriteMessageTwo(
            messageOne, right, Filled(0x44), ResponderIndex, out NoiseIkHandshake answering, out uint initiatorIndex);
        Assert.Equal(OldWireBytes.MessageTwo, Convert.ToHexStringLower(messageTwo!));
        Assert.True(OldHandshake.Finish(messageTwo, dialling, out uint responderIndex));
        Assert.Equal((InitiatorIndex, ResponderIndex), (initiatorIndex, responderIndex));

        using var initiator = new OldSession(dialling, true, responderIndex, Anywhere, Instant.Zero);
        using var responder = new OldSession(answering, false, initiatorIndex, Anywhere, Instant.Zero);
        responder.Arrived = bytes => responder.Send(AnswerTo(OldMessage.Read(bytes)!));
        Assert.Null(responder.Poll(Instant.Zero));
        byte[] first = initiator.Poll(Instant.Zero)!;
        Assert.Equal(OldWireBytes.FirstPacket, Convert.ToHexStringLower(first));
        initiator.Send(new OldMessage(OldMessage.Get, OldMessage.Request, Transaction) { Instance = Filled(0x77), HopsToLive = 10 }.ToBytes());
        byte[] request = initiator.Poll(Instant.Zero)!;
        Assert.Equal(OldWireBytes.RequestPacket, Convert.ToHexStringLower(request));
        responder.Receive(Instant.Zero, first);
        responder.Receive(Instant.Zero, request);
        Assert.Equal(OldWireBytes.AnswerPacket, Convert.ToHexStringLower(responder.Poll(Instant.Zero)!));
    }

    [Fact]
    public void A_long_message_is_an_opening_fragments_and_a_fin_without_a_digest()
    {
        byte[] transfer = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");
        Assert.Equal(
            "0304" + "01" + "01" + "000102030405060708090a0b0c0d0e0f" + "80010001" + "00" + "0138" + "00",
            Convert.ToHexStringLower(OldFrames.Open(4, transfer, 65_537)));
        Assert.Equal("0404" + "43e8" + "03aabbcc", Convert.ToHexStringLower(OldFrames.Fragment(4, 1_000, [0xAA, 0xBB, 0xCC])));
        Assert.Equal("0504" + "80010001", Convert.ToHexStringLower(OldFrames.Fin(4, 65_537)));
        Assert.Equal("0804" + "80010001", Convert.ToHexStringLower(OldFrames.StreamCredit(4, 65_537)));
        Assert.Equal("09" + "80010064", Convert.ToHexStringLower(OldFrames.ConnectionCredit(65_636)));
        Assert.Equal("0a" + "4101", Convert.ToHexStringLower(OldFrames.StreamLimit(257)));
        Assert.Equal("0d00" + "03627965", Convert.ToHexStringLower(OldFrames.Close(0, "bye"u8)));
    }

    [Theory]
    [Trait("Category", "Vectors")]
    [InlineData("net_put_request_0")]
    [InlineData("net_get_request_0")]
    public void It_reads_and_writes_the_messages_of_the_vectors(string name)
    {
        byte[] bytes = Vector(name);
        OldMessage? message = OldMessage.Read(bytes);
        Assert.NotNull(message);
        Assert.Equal(Convert.ToHexStringLower(bytes), Convert.ToHexStringLower(message.ToBytes()));
    }

    private static byte[] AnswerTo(OldMessage request) =>
        new OldMessage(OldMessage.Get, OldMessage.Response, request.Transaction) { Instance = request.Instance }.ToBytes();

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static byte[] Vector(string name)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf("operations.json")));
        JsonElement vector = file.RootElement.GetProperty("vectors").EnumerateArray().First(v => v.GetProperty("name").GetString() == name);
        return Convert.FromHexString(vector.GetProperty("hex").GetString()!);
    }
}
