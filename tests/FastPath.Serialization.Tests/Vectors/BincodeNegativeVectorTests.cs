using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Serialization.Tests.Vectors;

[Trait("Category", "Vectors")]
[Trait("Scenario", "V4")]
public sealed class BincodeNegativeVectorTests
{
    public static TheoryData<string> Files =>
        ["negative_contract_types.json", "negative_operations.json", "negative_symmetric_messages.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_corruption_ends_as_on_the_network(string file)
    {
        foreach (JsonElement vector in VectorFile.Read(file))
        {
            JsonElement plain = vector.GetProperty("plain");
            JsonElement strict = vector.GetProperty("strict");
            Check(vector, plain, isStrict: false);
            Check(vector, strict.ValueKind == JsonValueKind.String ? plain : strict, isStrict: true);
        }
    }

    [Fact]
    public void Repeated_elements_are_one_and_the_last_value_of_a_key_wins()
    {
        JsonElement[] vectors = VectorFile.Read("negative_operations.json");
        JsonElement skip = Assert.Single(vectors, v => v.Text("mutation") == "duplicate_element");
        Assert.True(BincodeReader.TryRead<SkipList>(skip.Hex("hex"), out SkipList? list, out _, out _));
        Assert.Equal(skip.GetProperty("plain").GetProperty("elements").GetInt32(), list.Addresses.Count);

        JsonElement related = Assert.Single(vectors, v => v.Text("mutation") == "duplicate_key");
        byte[] bytes = related.Hex("hex");
        Assert.True(BincodeReader.TryRead<RelatedContracts>(bytes, out RelatedContracts? map, out _, out _));
        Assert.Equal(related.GetProperty("plain").GetProperty("elements").GetInt32(), map.Entries.Count);
        byte[] kept = new byte[map.Entries[0].State!.Bytes.Length];
        map.Entries[0].State!.Bytes.Read(0, kept);
        Assert.Equal(related.GetProperty("plain").Hex("kept_state"), kept);
    }

    private static void Check(JsonElement vector, JsonElement expected, bool isStrict)
    {
        string name = vector.Text("name") + (isStrict ? " (strict)" : "");
        VectorType type = VectorTypes.Of(vector);
        byte[] bytes = vector.Hex("hex");
        (BincodeError error, int consumed, byte[] again) = type.Reread(bytes, isStrict);
        if (expected.Text("result") == "ok")
        {
            Assert.False(error.IsError, $"{name}: {error}");
            Assert.Equal(expected.GetProperty("consumed").GetInt32(), consumed);
            byte[] canonical = expected.TryGetProperty("reencoded_hex", out JsonElement hex)
                ? Convert.FromHexString(hex.GetString()!)
                : bytes[..consumed];
            bool hasDuplicate = vector.Text("mutation").StartsWith("duplicate", StringComparison.Ordinal);
            Assert.True(again.AsSpan().SequenceEqual(canonical) || hasDuplicate, name);
        }
        else
        {
            string kind = expected.Text("kind");
            Assert.True(Fits(kind, error.Kind, isStrict), $"{name}: {error}, not {kind}");
            Assert.InRange(error.Offset, 0, bytes.Length);
        }

        foreach (int pieceLength in (int[])[1, 5, Math.Max(1, bytes.Length)])
        {
            (BincodeError pushed, long taken, _) = type.Push(bytes, pieceLength, isStrict);
            Assert.True(error == pushed, $"{name}: whole {error}, pushed {pushed}");
            Assert.True(error.IsError || taken == consumed, name);
        }
    }

    private static bool Fits(string kind, BincodeErrorKind ours, bool isStrict) => ours switch
    {
        BincodeErrorKind.UnexpectedEnd => kind == "Io(UnexpectedEof)",
        BincodeErrorKind.InvalidOptionTag => kind.StartsWith("InvalidTagEncoding", StringComparison.Ordinal),
        BincodeErrorKind.InvalidBool => kind.StartsWith("InvalidBoolEncoding", StringComparison.Ordinal),
        BincodeErrorKind.InvalidUtf8 => kind == "InvalidUtf8Encoding",
        BincodeErrorKind.InvalidVariant or BincodeErrorKind.InvalidValue => kind == "Custom",
        BincodeErrorKind.TrailingBytes => kind == "Custom" && isStrict,
        _ => false,
    };
}
