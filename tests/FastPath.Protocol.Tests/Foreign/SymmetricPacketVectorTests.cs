using System.Text.Json;
using FastPath.Protocol.Foreign;
using FastPath.Serialization.Foreign;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Foreign;

[Trait("Category", "Vectors")]
public sealed class SymmetricPacketVectorTests
{
    [Fact]
    public void Every_packet_is_sealed_to_the_byte_and_opened_again()
    {
        foreach (JsonElement vector in ForeignVectors.Read("packets.json", "symmetric"))
        {
            using SymmetricPacketCipher cipher = vector.Cipher("key");
            byte[] packet = ForeignVectors.Seal(
                cipher,
                vector.Hex("nonce_prefix"),
                vector.GetProperty("nonce_counter").GetUInt64(),
                vector.Hex("plaintext"));
            Assert.Equal(vector.Hex("packet"), packet);
            Assert.Equal(vector.Hex("plaintext"), ForeignVectors.Open(cipher, packet));
        }
    }

    [Fact]
    public void Every_corrupt_packet_is_refused()
    {
        foreach (JsonElement vector in ForeignVectors.Read("packets.json", "symmetric_negative"))
        {
            Assert.Equal("reject", vector.Text("result"));
            using SymmetricPacketCipher cipher = vector.Cipher("key");
            Assert.True(ForeignVectors.Open(cipher, vector.Hex("packet")) is null, vector.Text("name"));
        }
    }

    [Fact]
    public void Every_fragment_of_a_stream_is_sealed_to_the_byte_and_opened_again()
    {
        foreach (JsonElement stream in ForeignVectors.Read("streams.json", "streams"))
        {
            using SymmetricPacketCipher cipher = stream.Cipher("aes_key");
            foreach (JsonElement fragment in stream.GetProperty("fragments").EnumerateArray())
            {
                byte[] plaintext = fragment.Hex("plaintext");
                ulong counter = BitConverter.ToUInt64(
                    fragment.Hex("nonce"), SymmetricPacketCipher.NoncePrefixLength);
                byte[] packet = ForeignVectors.Seal(cipher, stream.Hex("nonce_prefix"), counter, plaintext);
                Assert.Equal(fragment.Hex("packet"), packet);
                Assert.Equal(plaintext, ForeignVectors.Open(cipher, packet));
            }
        }
    }

    [Fact]
    public void Longer_packets_than_the_wire_allows_are_neither_written_nor_read()
    {
        using var cipher = new SymmetricPacketCipher(default);
        byte[] plaintext = new byte[ForeignSizes.PlaintextMax + 1];
        Assert.Throws<ArgumentOutOfRangeException>(() => cipher.Seal(new byte[4], 0, plaintext, new byte[2_000]));
        Assert.Null(ForeignVectors.Open(cipher, [2, .. new byte[ForeignSizes.ReceivedPacketMax]]));
    }

    [Property]
    public void Any_bytes_are_refused_without_an_exception(byte[] bytes, bool hasType)
    {
        using var cipher = new SymmetricPacketCipher(default);
        Assert.Null(ForeignVectors.Open(cipher, hasType ? [SymmetricPacketCipher.PacketType, .. bytes] : bytes));
    }
}
