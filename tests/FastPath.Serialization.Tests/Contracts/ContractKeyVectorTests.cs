using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Tests.Vectors;

namespace FastPath.Serialization.Tests.Contracts;

[Trait("Category", "Vectors")]
public sealed class ContractKeyVectorTests
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
    public void Keys_follow_from_code_and_parameters()
    {
        foreach (JsonElement vector in Root.GetProperty("vectors").EnumerateArray())
        {
            (MemoryBody code, MemoryBody parameters) = ContentsOf(vector);
            ContractContainer contract = ContractContainer.FromCode(code, parameters);
            Assert.Equal(CodeHash.Read(vector.Hex("code_hash")), contract.Key.Code);
            Assert.Equal(ContractInstanceId.Read(vector.Hex("instance")), contract.Key.Instance);
            Assert.True(contract.HasValidKey());
            Parameters others = new(new MemoryBody(new byte[] { 1, 2, 3 }));
            Assert.False((contract with { Parameters = others }).HasValidKey());

            DelegateContainer twin = DelegateContainer.FromCode(code, parameters);
            Assert.Equal(DelegateKey.Read([.. vector.Hex("instance"), .. vector.Hex("code_hash")]), twin.Key);
            Assert.Equal(vector.Text("instance_base58"), twin.Key.ToString());
        }
    }

    [Fact]
    public void Files_of_code_and_of_contracts_are_written_and_read()
    {
        foreach (JsonElement vector in Root.GetProperty("vectors").EnumerateArray())
        {
            (MemoryBody code, MemoryBody parameters) = ContentsOf(vector);
            byte[] codeFile = vector.Hex("versioned_code_file");
            Assert.Equal(codeFile, Samples.AllAtOnce(new VersionedCodeFile(ContractCode.FromCode(code))));
            Assert.True(BincodeReader.TryRead<VersionedCodeFile>(
                codeFile, out VersionedCodeFile? readCode, out _, out _, strict: true));
            Assert.Equal(codeFile, Samples.AllAtOnce(readCode));

            byte[] packed = vector.Hex("packed_contract");
            Assert.Equal(packed, Samples.AllAtOnce(new PackedContract(new Parameters(parameters), code)));
            Assert.True(BincodeReader.TryRead<PackedContract>(
                packed, out PackedContract? readContract, out _, out _, strict: true));
            Assert.Equal(packed, Samples.AllAtOnce(readContract));
        }
    }

    [Fact]
    public void A_code_file_of_another_version_is_refused()
    {
        byte[] file = Samples.AllAtOnce(new VersionedCodeFile(ContractCode.FromCode(MemoryBody.Empty)));
        file[7] = 1;
        Assert.False(BincodeReader.TryRead<VersionedCodeFile>(file, out _, out _, out BincodeError error));
        Assert.Equal(new BincodeError(BincodeErrorKind.InvalidValue, 0), error);
    }

    [Fact]
    public void No_text_is_no_key() => Assert.False(ContractInstanceId.TryParse(null, out _));

    private static (MemoryBody Code, MemoryBody Parameters) ContentsOf(JsonElement vector) =>
        (new MemoryBody(vector.Hex("code")), new MemoryBody(vector.Hex("params")));

    private static string HexOf(ContractInstanceId id)
    {
        byte[] bytes = new byte[ContractInstanceId.Length];
        id.Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
