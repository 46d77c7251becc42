using System.Text.Json;
using FastPath.Protocol.Cryptography;

namespace FastPath.Protocol.Tests.Cryptography;

[Trait("Category", "Vectors")]
public sealed class NoiseIkVectorTests
{
    private const string Ours = "Noise_IK_25519_ChaChaPoly_SHA256";

    // Vectors of other protocols in the same file: named, so that a new one is noticed.
    private static readonly string[] NotOurs =
    [
        "Noise_IK_25519_AESGCM_SHA256",
        "Noise_IK_25519_ChaChaPoly_BLAKE2b",
        "Noise_IKpsk2_25519_ChaChaPoly_SHA256",
    ];

    [Fact]
    public void Every_vector_of_our_protocol_passes_and_every_other_is_known()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf("noise-ik.json")));
        int passed = 0;
        foreach (JsonElement vector in document.RootElement.GetProperty("vectors").EnumerateArray())
        {
            string name = vector.GetProperty("protocol_name").GetString()!;
            if (name == Ours)
            {
                Replay(vector);
                passed++;
            }
            else
            {
                Assert.Contains(name, NotOurs);
            }
        }

        Assert.True(passed > 0, "the file has no vector of our protocol");
    }

    private static void Replay(JsonElement vector)
    {
        byte[] Hex(string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);
        using StaticKeyPair initiatorKey = StaticKeyPair.FromPrivateKey(Hex("init_static"));
        using StaticKeyPair responderKey = StaticKeyPair.FromPrivateKey(Hex("resp_static"));
        Assert.Equal(Hex("init_remote_static"), responderKey.PublicKey.ToArray());
        using NoiseIkHandshake initiator = NoiseIkHandshake.Initiator(
            Hex("init_prologue"), initiatorKey, Hex("init_remote_static"), Hex("init_ephemeral"));
        using NoiseIkHandshake responder = NoiseIkHandshake.Responder(
            Hex("resp_prologue"), responderKey, Hex("resp_ephemeral"));
        var messages = vector.GetProperty("messages").EnumerateArray()
            .Select(m => (Payload: Convert.FromHexString(m.GetProperty("payload").GetString()!),
                Ciphertext: Convert.FromHexString(m.GetProperty("ciphertext").GetString()!)))
            .ToArray();

        Exchange(initiator, responder, messages[0]);
        Assert.Equal(initiatorKey.PublicKey.ToArray(), responder.RemoteStaticKey.ToArray());
        Exchange(responder, initiator, messages[1]);
        Assert.Equal(Hex("handshake_hash"), initiator.HandshakeHash.ToArray());
        Assert.Equal(Hex("handshake_hash"), responder.HandshakeHash.ToArray());

        byte[][] secrets = [new byte[32], new byte[32]];
        initiator.Split(secrets[0], secrets[1]);
        NoiseCipherState[] ciphers = [new(secrets[0]), new(secrets[1])];
        for (int i = 2; i < messages.Length; i++)
        {
            byte[] ciphertext = new byte[messages[i].Payload.Length + NoiseCipherState.TagLength];
            ciphers[i % 2].Encrypt([], messages[i].Payload, ciphertext);
            Assert.Equal(messages[i].Ciphertext, ciphertext);
        }
    }

    private static void Exchange(
        NoiseIkHandshake from, NoiseIkHandshake to, (byte[] Payload, byte[] Ciphertext) message)
    {
        byte[] buffer = new byte[2_048];
        Assert.True(from.TryWriteMessage(message.Payload, buffer, out int length));
        Assert.Equal(message.Ciphertext, buffer[..length]);
        byte[] payload = new byte[2_048];
        Assert.True(to.TryReadMessage(buffer.AsSpan(0, length), payload, out int payloadLength));
        Assert.Equal(message.Payload, payload[..payloadLength]);
    }
}
