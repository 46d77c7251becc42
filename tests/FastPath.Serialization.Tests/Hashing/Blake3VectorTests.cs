using System.Text;
using System.Text.Json;
using FastPath.Serialization.Hashing;

namespace FastPath.Serialization.Tests.Hashing;

[Trait("Category", "Vectors")]
public sealed class Blake3VectorTests
{
    [Theory]
    [MemberData(nameof(Blake3TestData.Widths), MemberType = typeof(Blake3TestData))]
    public void Every_vector_passes_at_every_width_and_has_a_known_shape(int lanes)
    {
        Blake3Width width = (Blake3Width)lanes;
        using HashVectorFile file = new("blake3.json");
        byte[] key = Convert.FromHexString(file.Root.GetProperty("key").GetString()!);
        byte[] context = Encoding.UTF8.GetBytes(file.Root.GetProperty("derive_key_context").GetString()!);
        int passed = 0;
        foreach (JsonElement vector in file.Vectors)
        {
            ReadOnlySpan<byte> content = file.Content(vector.GetProperty("len").GetInt32());
            foreach (JsonProperty property in vector.EnumerateObject())
            {
                if (property.Name != "len")
                {
                    byte[] expected = Convert.FromHexString(property.Value.GetString()!);
                    Check(width, property.Name, expected, content, key, context);
                    passed++;
                }
            }
        }

        Assert.True(passed > 0, "the file has no vector");
    }

    private static void Check(
        Blake3Width width, string property, byte[] expected, ReadOnlySpan<byte> content, byte[] key, byte[] context)
    {
        (Blake3Hasher hasher, int length) = property switch
        {
            "blake3" => (new Blake3Hasher(width), 32),
            "xof100" => (new Blake3Hasher(width), 100),
            "keyed" => (Blake3Hasher.CreateKeyed(key, width), 32),
            "derive_key" => (Blake3Hasher.CreateDeriveKey(context, width), 32),
            _ => throw new InvalidDataException($"a BLAKE3 vector of an unknown shape: {property}"),
        };

        Assert.Equal(length, expected.Length);
        byte[] actual = new byte[length];
        hasher.Update(content);
        hasher.Finish(actual);
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"{property} of {content.Length} bytes");
        if (property is "blake3" or "xof100")
        {
            Blake3Hasher.Hash(width, content, actual);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"one-shot {property} of {content.Length} bytes");
        }
    }
}
