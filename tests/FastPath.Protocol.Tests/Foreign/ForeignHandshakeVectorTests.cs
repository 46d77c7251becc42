using System.Net;
using System.Text.Json;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Foreign;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Foreign;
using FastPath.Serialization.Operations;

namespace FastPath.Protocol.Tests.Foreign;

/// <summary>One whole handshake, played by both sides.</summary>
[Trait("Category", "Vectors")]
public sealed class ForeignHandshakeVectorTests
{
    private readonly JsonElement _vector = ForeignVectors.Root("packets.json").GetProperty("handshake");
    private readonly JsonElement[] _steps;
    private readonly SymmetricKey _joinerKey;
    private readonly SymmetricKey _acceptorKey;
    private readonly ForeignVersion _version;

    public ForeignHandshakeVectorTests()
    {
        _steps = [.. _vector.GetProperty("steps").EnumerateArray()];
        _joinerKey = SymmetricKey.Read(_vector.Hex("joiner_inbound_key"));
        _acceptorKey = SymmetricKey.Read(_vector.Hex("acceptor_inbound_key"));
        _version = ForeignVersion.Read(_vector.Hex("protoc_version"));
    }

    [Fact]
    public void The_joiner_introduces_itself_and_the_acceptor_learns_version_and_key()
    {
        using StaticKeyPair acceptor = StaticKeyPair.FromPrivateKey(_vector.Hex("acceptor_secret"));
        using StaticKeyPair ephemeral = StaticKeyPair.FromPrivateKey(_vector.Hex("joiner_ephemeral_secret"));
        byte[] plaintext = new byte[HandshakeIntro.Length];
        new HandshakeIntro(_version, _joinerKey).Write(plaintext);
        byte[] packet = ForeignVectors.Seal(_vector.Hex("acceptor_public"), ephemeral, plaintext);
        Assert.Equal(_steps[0].Hex("packet"), packet);

        (IntroOpenResult result, byte[] opened) = ForeignVectors.Open(acceptor, packet);
        Assert.Equal(IntroOpenResult.Opened, result);
        Assert.True(HandshakeIntro.TryRead(opened, out HandshakeIntro intro));
        Assert.Equal(new HandshakeIntro(_version, _joinerKey), intro);
    }

    [Fact]
    public void The_acceptor_answers_in_the_old_and_in_the_new_form()
    {
        IPEndPoint observed = IPEndPoint.Parse(_vector.Text("joiner_observed_addr"));
        var connection = new AcceptedConnection(
            _acceptorKey, WireAddress.FromOctets(observed.Address.GetAddressBytes(), (ushort)observed.Port));
        Exchange(_steps[1], _joinerKey, new SymmetricMessage(0, [], new SymmetricPayload.Accepted(connection)));
        Exchange(
            _steps[2],
            _joinerKey,
            new SymmetricMessage(0, [], new SymmetricPayload.AcceptedWithVersion(connection, _version)));
    }

    [Fact]
    public void The_joiner_confirms_the_answer()
    {
        Assert.Equal(4, _steps.Length);
        Exchange(
            _steps[3],
            _acceptorKey,
            new SymmetricMessage(1, [new PacketReceipt(0)], new SymmetricPayload.NoOp()));
    }

    // Written and sealed to the byte, then opened and read into the same message.
    private void Exchange(JsonElement step, SymmetricKey key, SymmetricMessage message)
    {
        Assert.Equal(SymmetricKey.Read(step.Hex("key")), key);
        StreamingSerializer serializer = message.StartSerialize();
        byte[] plaintext = new byte[serializer.Length];
        serializer.Read(plaintext);
        Assert.Equal(step.Hex("plaintext"), plaintext);

        using var cipher = new SymmetricPacketCipher(key);
        byte[] nonce = step.Hex("nonce");
        ulong counter = BitConverter.ToUInt64(nonce, SymmetricPacketCipher.NoncePrefixLength);
        byte[] packet = ForeignVectors.Seal(cipher, _vector.Hex("nonce_prefix"), counter, plaintext);
        Assert.Equal(step.Hex("packet"), packet);

        byte[]? opened = ForeignVectors.Open(cipher, packet);
        Assert.NotNull(opened);
        Assert.True(BincodeReader.TryRead<SymmetricMessage>(
            opened, out SymmetricMessage? read, out _, out _, strict: true));
        Assert.Equal(message.PacketId, read.PacketId);
        Assert.Equal(message.Receipts, read.Receipts);
        Assert.Equal(message.Payload, read.Payload);
    }
}
