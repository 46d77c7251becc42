using System.Text.Json;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Foreign;
using FastPath.Serialization.Foreign;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Foreign;

[Trait("Category", "Vectors")]
public sealed class IntroPacketVectorTests
{
    // Opened only by who accepts a key of small order; we do not.
    private const string WithoutContributoryCheck = "ok_without_contributory_check";

    [Fact]
    public void Both_sides_agree_on_the_raw_secret()
    {
        foreach (JsonElement vector in ForeignVectors.Read("packets.json", "x25519"))
        {
            using StaticKeyPair a = StaticKeyPair.FromPrivateKey(vector.Hex("secret_a"));
            using StaticKeyPair b = StaticKeyPair.FromPrivateKey(vector.Hex("secret_b"));
            Assert.Equal(vector.Hex("public_a"), a.PublicKey.ToArray());
            Assert.Equal(vector.Hex("public_b"), b.PublicKey.ToArray());
            byte[] secret = new byte[StaticKeyPair.KeyLength];
            Assert.True(a.TryAgree(b.PublicKey, secret));
            Assert.Equal(vector.Hex("shared"), secret);
            Assert.True(b.TryAgree(a.PublicKey, secret));
            Assert.Equal(vector.Hex("shared"), secret);
        }
    }

    [Fact]
    public void Every_intro_is_sealed_to_the_byte_opened_and_read()
    {
        foreach (JsonElement vector in ForeignVectors.Read("packets.json", "intro"))
        {
            using StaticKeyPair recipient = StaticKeyPair.FromPrivateKey(vector.Hex("recipient_secret"));
            using StaticKeyPair ephemeral = StaticKeyPair.FromPrivateKey(vector.Hex("ephemeral_secret"));
            byte[] plaintext = vector.Hex("plaintext");
            byte[] packet = ForeignVectors.Seal(vector.Hex("recipient_public"), ephemeral, plaintext);
            Assert.Equal(vector.Hex("packet"), packet);
            (IntroOpenResult result, byte[] opened) = ForeignVectors.Open(recipient, packet);
            Assert.Equal(IntroOpenResult.Opened, result);
            Assert.Equal(plaintext, opened);

            bool isRead = HandshakeIntro.TryRead(plaintext, out HandshakeIntro intro);
            Assert.Equal(vector.GetProperty("accepted_as_handshake").GetBoolean(), isRead);
            if (vector.TryGetProperty("protoc_version", out _))
            {
                Assert.Equal(ForeignVersion.Read(vector.Hex("protoc_version")), intro.Version);
                Assert.Equal(SymmetricKey.Read(vector.Hex("inbound_symmetric_key")), intro.InboundKey);
                byte[] again = new byte[HandshakeIntro.Length];
                intro.Write(again);
                Assert.Equal(plaintext, again);
            }
        }
    }

    [Fact]
    public void Every_corrupt_intro_ends_as_the_vectors_say()
    {
        foreach (JsonElement vector in ForeignVectors.Read("packets.json", "intro_negative"))
        {
            using StaticKeyPair recipient = StaticKeyPair.FromPrivateKey(vector.Hex("recipient_secret"));
            IntroOpenResult expected = vector.Text("result") switch
            {
                "ok" => IntroOpenResult.Opened,
                WithoutContributoryCheck => IntroOpenResult.DecryptionFailed,
                string name => Enum.Parse<IntroOpenResult>(name),
            };
            (IntroOpenResult result, byte[] plaintext) = ForeignVectors.Open(recipient, vector.Hex("packet"));
            Assert.True(expected == result, $"{vector.Text("name")}: {result}");
            if (result == IntroOpenResult.Opened)
            {
                Assert.Equal(vector.Hex("plaintext"), plaintext);
            }
        }
    }

    [Fact]
    public void Nothing_is_sealed_for_a_key_of_small_order()
    {
        using StaticKeyPair ephemeral = StaticKeyPair.FromPrivateKey(new byte[StaticKeyPair.KeyLength]);
        byte[] packet = new byte[IntroPacket.Overhead];
        Assert.False(IntroPacket.TrySeal(new byte[StaticKeyPair.KeyLength], ephemeral, [], packet));
    }

    [Property(MaxTest = 50)]
    public void Any_bytes_are_refused_without_an_exception(byte[] bytes, byte length)
    {
        using StaticKeyPair recipient = StaticKeyPair.FromPrivateKey(new byte[StaticKeyPair.KeyLength]);
        byte[] packet = [IntroPacket.PacketType, .. bytes, .. new byte[length % 60]];
        Assert.NotEqual(IntroOpenResult.Opened, ForeignVectors.Open(recipient, packet).Result);
    }
}
