using System.Text.Json;
using FastPath.Serialization.Hashing;

namespace FastPath.Serialization.Tests.Hashing;

[Trait("Category", "Vectors")]
public sealed class XxHashVectorTests
{
    [Fact]
    public void Every_vector_passes_and_has_a_known_shape()
    {
        using HashVectorFile file = new("xxhash.json");
        int passed = 0;
        foreach (JsonElement vector in file.Vectors)
        {
            ReadOnlySpan<byte> content = file.Content(vector.GetProperty("len").GetInt32());
            passed += CheckAll(vector, content, seed: 0, ["len", "seeded"]);
            foreach (JsonElement seeded in vector.GetProperty("seeded").EnumerateArray())
            {
                passed += CheckAll(seeded, content, HashVectorFile.HexNumber(seeded.GetProperty("seed")), ["seed"]);
            }
        }

        Assert.True(passed > 0, "the file has no vector");
    }

    [Fact]
    public void Checksums_allocate_nothing()
    {
        byte[] input = new byte[10_000];
        UInt128 warmUp = Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        UInt128 again = Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(warmUp, again);

        UInt128 Run() => XxHash.Xxh64(input, 1) ^ XxHash.Xxh3(input, 1) ^ XxHash.Xxh128(input, 1);
    }

    private static int CheckAll(JsonElement vector, ReadOnlySpan<byte> content, ulong seed, string[] otherProperties)
    {
        int passed = 0;
        foreach (JsonProperty property in vector.EnumerateObject())
        {
            if (!otherProperties.Contains(property.Name))
            {
                string actual = property.Name switch
                {
                    "xxh64" => XxHash.Xxh64(content, seed).ToString("x16"),
                    "xxh3_64" => XxHash.Xxh3(content, seed).ToString("x16"),
                    "xxh3_128" => XxHash.Xxh128(content, seed).ToString("x32"),
                    _ => throw new InvalidDataException($"an xxHash vector of an unknown shape: {property.Name}"),
                };
                Assert.Equal((content.Length, property.Value.GetString()), (content.Length, actual));
                passed++;
            }
        }

        return passed;
    }
}
