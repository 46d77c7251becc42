using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using FastPath.Serialization.Tests;
using FastPath.Stores;

namespace FastPath.Tests.Stores;

/// <summary>The digest that a store announces is the one of the golden bytes.</summary>
[Trait("Category", "Vectors")]
public sealed class PayloadDigestVectorTests
{
    [Theory]
    [InlineData("operations.json", 1)]
    [InlineData("large.json", 3)]
    public void The_digest_of_a_stored_contract_is_that_of_its_golden_streaming_payload(string fileName, int expected)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf(fileName)));
        int compared = 0;
        foreach (JsonElement vector in file.RootElement.GetProperty("vectors").EnumerateArray())
        {
            if (vector.GetProperty("type").GetString() != "GetStreamingPayload")
            {
                continue;
            }

            JsonElement value = vector.GetProperty("fields").GetProperty("value");
            JsonElement contract = value.GetProperty("contract");
            if (contract.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            JsonElement code = contract.TryGetProperty("code", out JsonElement large)
                ? large
                : contract.GetProperty("data").GetProperty("data");
            var sample = new SampleContract(
                BytesOf(code), BytesOf(contract.GetProperty("params")), BytesOf(value.GetProperty("state")));
            using var store = new MemoryContractStore();
            sample.StoreIn(store);
            using StoredContract entry = store.TryOpen(sample.Id)!;
            byte[] digest = vector.TryGetProperty("blake3", out JsonElement given)
                ? BytesOf(given)
                : SampleContract.Blake3(BytesOf(vector.GetProperty("hex")));
            Assert.Equal(digest, entry.PayloadDigest!.Value.ToArray());
            Assert.Equal(digest, SampleContract.Blake3(SampleContract.ReadAll(entry.ToPayload().StartSerialize())));
            compared++;
        }

        Assert.Equal(expected, compared);
    }

    private static byte[] BytesOf(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? Convert.FromHexString(element.GetString()!)
        : Content(
            ulong.Parse(element.GetProperty("seed").GetString().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            element.GetProperty("len").GetInt32());

    // The content rule of the vectors: xorshift64*, eight bytes a step.
    private static byte[] Content(ulong x, int length)
    {
        byte[] bytes = new byte[length + sizeof(ulong)];
        for (int at = 0; at < length; at += sizeof(ulong))
        {
            x ^= x >> 12;
            x ^= x << 25;
            x ^= x >> 27;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), unchecked(x * 0x2545F4914F6CDD1DUL));
        }

        return bytes[..length];
    }
}
