using System.Text.Json;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Tests.Contracts;

[Trait("Category", "Vectors")]
public sealed class KeyTextVectorTests
{
    private static readonly JsonElement Root =
        JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf("contract_keys.json"))).RootElement;

    [Fact]
    public void Instance_ids_are_read_from_the_texts_the_network_accepts_and_no_others()
    {
        JsonElement[] vectors = [.. Root.GetProperty("instance_from_text").EnumerateArray()];
        Assert.NotEmpty(vectors);
        foreach (JsonElement vector in vectors)
        {
            string text = vector.GetProperty("text").GetString()!;
            bool expected = vector.GetProperty("result").GetString() == "ok";
            Assert.True(expected == ContractInstanceId.TryParse(text, out ContractInstanceId id), text);
            Assert.Equal(expected ? vector.GetProperty("instance").GetString() : new string('0', 64), HexOf(id));
        }
    }

    [Fact]
    public void Base58_is_encoded_and_decoded()
    {
        JsonElement[] vectors = [.. Root.GetProperty("base58").EnumerateArray()];
        Assert.NotEmpty(vectors);
        foreach (JsonElement vector in vectors)
        {
            byte[] bytes = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            string text = vector.GetProperty("base58").GetString()!;
            Assert.Equal(text, Base58.Encode(bytes));
            Assert.True(Base58.TryDecode(text, out byte[]? decoded));
            Assert.Equal(bytes, decoded);
        }
    }

    [Fact]
    public void Keys_print_as_base58_and_parse_back()
    {
        foreach (JsonElement vector in Root.GetProperty("vectors").EnumerateArray())
        {
            CodeHash code = CodeHash.Read(Convert.FromHexString(vector.GetProperty("code_hash").GetString()!));
            ContractInstanceId instance =
                ContractInstanceId.Read(Convert.FromHexString(vector.GetProperty("instance").GetString()!));
            Assert.Equal(vector.GetProperty("code_hash_base58").GetString(), code.ToString());
            Assert.Equal(vector.GetProperty("instance_base58").GetString(), instance.ToString());
            Assert.Equal(instance.ToString(), new ContractKey(instance, code).ToString());
            Assert.True(CodeHash.TryParse(code.ToString(), out CodeHash parsedCode));
            Assert.True(ContractInstanceId.TryParse(instance.ToString(), out ContractInstanceId parsedInstance));
            Assert.Equal(new ContractKey(instance, code), new ContractKey(parsedInstance, parsedCode));
        }
    }

    [Fact]
    public void No_text_is_no_key() => Assert.False(ContractInstanceId.TryParse(null, out _));

    private static string HexOf(ContractInstanceId id)
    {
        byte[] bytes = new byte[ContractInstanceId.Length];
        id.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
