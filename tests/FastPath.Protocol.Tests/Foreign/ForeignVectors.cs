using System.Text.Json;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Foreign;
using FastPath.Serialization.Foreign;

namespace FastPath.Protocol.Tests.Foreign;

/// <summary>Arrays of one vector file, and what the tests of packets do with them.</summary>
internal static class ForeignVectors
{
    public static JsonElement Root(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf(file)));
        return document.RootElement.Clone();
    }

    public static JsonElement[] Read(string file, string array)
    {
        JsonElement[] vectors = [.. Root(file).GetProperty(array).EnumerateArray()];
        Assert.NotEmpty(vectors);
        return vectors;
    }

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static byte[] Hex(this JsonElement element, string property) =>
        Convert.FromHexString(element.Text(property));

    public static SymmetricPacketCipher Cipher(this JsonElement element, string property) =>
        new(SymmetricKey.Read(element.Hex(property)));

    public static byte[] Seal(SymmetricPacketCipher cipher, byte[] noncePrefix, ulong counter, byte[] plaintext)
    {
        byte[] packet = new byte[plaintext.Length + SymmetricPacketCipher.Overhead];
        Assert.Equal(packet.Length, cipher.Seal(noncePrefix, counter, plaintext, packet));
        return packet;
    }

    /// <summary>Null when the packet is refused.</summary>
    public static byte[]? Open(SymmetricPacketCipher cipher, byte[] packet)
    {
        byte[] plaintext = new byte[packet.Length];
        return cipher.TryOpen(packet, plaintext, out int length) ? plaintext[..length] : null;
    }

    public static byte[] Seal(byte[] recipient, StaticKeyPair ephemeral, byte[] plaintext)
    {
        byte[] packet = new byte[plaintext.Length + IntroPacket.Overhead];
        Assert.True(IntroPacket.TrySeal(recipient, ephemeral, plaintext, packet));
        return packet;
    }

    public static (IntroOpenResult Result, byte[] Plaintext) Open(StaticKeyPair recipient, byte[] packet)
    {
        byte[] plaintext = new byte[packet.Length];
        IntroOpenResult result = IntroPacket.Open(recipient, packet, plaintext, out int length);
        return (result, plaintext[..length]);
    }
}
