using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>Bytes in a vector: hex, or a seed and a length from which they are generated.</summary>
internal static class ContentRule
{
    public static byte[] Bytes(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            return Convert.FromHexString(content.GetString()!);
        }

        Assert.Equal("xorshift64star", content.GetProperty("rule").GetString());
        ulong seed = ulong.Parse(
            content.GetProperty("seed").GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return Generate(seed, content.GetProperty("len").GetInt32());
    }

    private static byte[] Generate(ulong state, int length)
    {
        byte[] bytes = new byte[(length + 7) / 8 * 8];
        for (int at = 0; at < bytes.Length; at += 8)
        {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), state * 0x2545F4914F6CDD1D);
        }

        return bytes[..length];
    }
}
