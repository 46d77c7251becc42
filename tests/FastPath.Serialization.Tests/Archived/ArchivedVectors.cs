using System.Text.Json;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Serialization.Tests.Contracts;
using FastPath.Serialization.Tests.Vectors;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>Contracts and archives of flatbuffers.json and rkyv.json.</summary>
internal static class ArchivedVectors
{
    /// <summary>Above this not every prefix is tried, only those around the byte that matters.</summary>
    public const int EveryPrefixMax = 512;

    public static ContractContainer Contract(JsonElement vector)
    {
        JsonElement fields = vector.GetProperty("fields");
        CodeHash hash = CodeHash.Read(vector.Hex("code_hash"));
        JsonElement key = vector.GetProperty("key");
        return new ContractContainer(
            new ContractCode(new MemoryBody(ContentRule.Bytes(fields.GetProperty("code"))), hash),
            new Parameters(new MemoryBody(ContentRule.Bytes(fields.GetProperty("params")))),
            new ContractKey(ContractInstanceId.Read(key.Hex("instance")), CodeHash.Read(key.Hex("code"))));
    }

    public static RkyvLayout Layout(JsonElement vector) => (vector.Text("struct_layout"), vector.Text("type")) switch
    {
        ("repr_c", "ContractContainer") => RkyvLayout.Declared,
        ("repr_c", "WrappedContract") => RkyvLayout.DeclaredInner,
        ("default", "ContractContainer") => RkyvLayout.Reordered,
        ("default", "WrappedContract") => RkyvLayout.ReorderedInner,
        (string layout, string type) => throw new InvalidDataException($"unknown layout {layout} of {type}"),
    };

    /// <summary>The archive itself; of large ones the vector holds the root, and what is before it follows.</summary>
    public static byte[] RkyvBytes(JsonElement vector)
    {
        if (vector.TryGetProperty("hex", out JsonElement hex))
        {
            return Convert.FromHexString(hex.GetString()!);
        }

        JsonElement fields = vector.GetProperty("fields");
        byte[] bytes =
        [
            .. ContentRule.Bytes(fields.GetProperty("code")),
            .. ContentRule.Bytes(fields.GetProperty("params")),
            .. vector.Hex("last_root"),
        ];
        AssertBytes(vector, bytes);
        return bytes;
    }

    /// <summary>Fails unless the bytes are those of the vector, whole or by length, digest and edges.</summary>
    public static void AssertBytes(JsonElement vector, byte[] bytes)
    {
        Assert.Equal(vector.GetProperty("len").GetInt32(), bytes.Length);
        if (vector.TryGetProperty("hex", out JsonElement hex))
        {
            Assert.Equal(hex.GetString(), Convert.ToHexStringLower(bytes));
            return;
        }

        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        Blake3Hasher.Hash(bytes, digest);
        Assert.Equal(vector.Hex("blake3"), digest);
    }

    public static ArchivedField Field(string name) => name switch
    {
        "code.data" or "code.len" or "code.data.len" => ArchivedField.Code,
        "code.code_hash" => ArchivedField.CodeHash,
        "params" or "params.len" => ArchivedField.Parameters,
        "key.instance" => ArchivedField.KeyInstance,
        "key.code" => ArchivedField.KeyCode,
        _ => throw new InvalidDataException($"unknown field {name}"),
    };

    /// <summary>Both contracts as bincode writes them.</summary>
    public static void AssertEqual(ContractContainer expected, ContractContainer? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(Samples.AllAtOnce(expected), Samples.AllAtOnce(actual));
    }

    /// <summary>Fails unless the place of the field, or its bytes, are known from this prefix on, not before.</summary>
    public static void AssertKnownFrom(ArchivedForm form, ArchivedField field, bool isLength, int prefixNeeded)
    {
        int total = form.Bytes.Length;
        IEnumerable<int> prefixes = total <= EveryPrefixMax
            ? Enumerable.Range(0, total + 1)
            : [0, 1, prefixNeeded / 2, prefixNeeded - 1, prefixNeeded, (prefixNeeded + total) / 2, total];
        foreach (int prefix in prefixes)
        {
            bool isKnown = isLength
                ? form.Find(prefix, field, out _, out _) == DecodeStatus.Done
                : form.Read(prefix, field) is not null;
            Assert.True(isKnown == (prefix >= prefixNeeded), $"{field}, {prefix} bytes of {prefixNeeded} needed");
            Assert.NotEqual(DecodeStatus.Malformed, form.Find(prefix, field, out _, out _));
        }
    }
}
