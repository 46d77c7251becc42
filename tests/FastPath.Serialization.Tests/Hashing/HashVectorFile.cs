using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace FastPath.Serialization.Tests.Hashing;

/// <summary>One file of hash vectors: its constants, its entries, and the generated content they speak of.</summary>
internal sealed class HashVectorFile : IDisposable
{
    private readonly JsonDocument _document;
    private readonly ulong _seed;
    private byte[] _content = [];

    public HashVectorFile(string file)
    {
        _document = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf(file)));
        JsonElement content = Root.GetProperty("content");
        Assert.Equal("xorshift64star", content.GetProperty("rule").GetString());
        _seed = HexNumber(content.GetProperty("seed"));
    }

    public JsonElement Root => _document.RootElement;

    public IEnumerable<JsonElement> Vectors => Root.GetProperty("vectors").EnumerateArray();

    /// <summary>A number written as text with 0x in front.</summary>
    public static ulong HexNumber(JsonElement text) =>
        ulong.Parse(text.GetString()!.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    public ReadOnlySpan<byte> Content(int length)
    {
        if (_content.Length < length)
        {
            _content = Generate(_seed, length);
        }

        return _content.AsSpan(0, length);
    }

    public void Dispose() => _document.Dispose();

    private static byte[] Generate(ulong x, int length)
    {
        byte[] content = new byte[(length + 7) / 8 * 8];
        for (int at = 0; at < content.Length; at += 8)
        {
            x ^= x >> 12;
            x ^= x << 25;
            x ^= x >> 27;
            BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(at), unchecked(x * 0x2545F4914F6CDD1D));
        }

        return content;
    }
}
