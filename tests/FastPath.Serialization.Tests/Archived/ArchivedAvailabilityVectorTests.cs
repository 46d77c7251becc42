using System.Text.Json;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;
using FastPath.Serialization.Tests.Vectors;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>At which byte each piece of metadata becomes readable: the rows beside those of bincode values.</summary>
[Trait("Category", "Vectors")]
public sealed class ArchivedAvailabilityVectorTests
{
    private const string File = "metadata_availability.json";
    private const int ParametersLength = 48;

    [Fact]
    public void Every_piece_of_metadata_is_known_at_its_byte()
    {
        JsonElement[] tables =
            [.. VectorFile.Read(File, "tables").Where(table => table.Text("format") != "bincode")];
        Assert.NotEmpty(tables);
        foreach (JsonElement table in tables)
        {
            ArchivedForm form = FormOf(table);
            Assert.Equal(table.GetProperty("total").GetInt32(), form.Bytes.Length);
            form.Find(form.Bytes.Length, ArchivedField.Code, out ArchivedRange code, out _);
            Assert.Equal(table.GetProperty("body_offset").GetInt64(), code.Offset);
            foreach (JsonElement row in table.GetProperty("fields").EnumerateArray())
            {
                Check(form, row, code);
            }
        }
    }

    [Fact]
    public void The_announcement_of_a_stream_names_the_contract_at_its_byte()
    {
        JsonElement[] headers = VectorFile.Read(File, "streaming_headers");
        Assert.Equal(2, headers.Length);
        foreach (JsonElement header in headers)
        {
            NetMessage message = header.Text("what").Split(' ')[0] switch
            {
                "PutMsg::RequestStreaming" => new NetMessage.Put(
                    new PutMsg.RequestStreaming(default, 1, default, 2, 3, SkipList.Empty, true)),
                "GetMsg::ResponseStreaming" => new NetMessage.Get(
                    new GetMsg.ResponseStreaming(default, default, 1, default, 2, true)),
                string other => throw new InvalidDataException($"unknown header {other}"),
            };
            FieldLog log = FieldLog.Of(NetMessage.Steps, message.StartSerialize());
            (long, long)[] layout =
                [.. header.GetProperty("layout").EnumerateArray().Select(e => (e[0].GetInt64(), e[1].GetInt64()))];
            Assert.Equal(layout, log.Entries.Select(entry => (entry.Offset, entry.Length)));
            Assert.All(log.Entries, entry => Assert.Equal(entry.Offset + entry.Length, entry.HeardAt));
            FieldLog.Entry key = Assert.Single(log.Entries, entry => entry.Field == Field.OuterCode);
            JsonElement row = Assert.Single(
                header.GetProperty("layout").EnumerateArray(),
                e => e[3].GetString()!.EndsWith("key.code", StringComparison.Ordinal));
            Assert.Equal(row[0].GetInt64() + row[1].GetInt64(), key.HeardAt);
        }
    }

    // The file has only sizes, so zeros will do.
    private static ArchivedForm FormOf(JsonElement table)
    {
        byte[] code = new byte[table.GetProperty("body_len").GetInt32()];
        var contract = new ContractContainer(
            new ContractCode(new MemoryBody(code), default),
            new Parameters(new MemoryBody(new byte[ParametersLength])),
            default);
        return table.Text("what") switch
        {
            "ContractContainer, payload_created_first" => new FlatForm(FlatBufferOracle.Write(contract, false)),
            "ContractContainer, key_created_first" => new FlatForm(FlatBufferOracle.Write(contract, true)),
            "ContractContainer (repr_c)" => new RkyvForm(Rkyv(code), RkyvLayout.Declared),
            string other => throw new InvalidDataException($"unknown value {other}"),
        };
    }

    private static byte[] Rkyv(byte[] code)
    {
        byte[] root = new byte[RkyvLayout.Declared.RootLength];
        int at = code.Length + ParametersLength;
        BitConverter.TryWriteBytes(root.AsSpan(RkyvLayout.Declared.Code), -(at + RkyvLayout.Declared.Code));
        BitConverter.TryWriteBytes(root.AsSpan(RkyvLayout.Declared.Code + 4), code.Length);
        BitConverter.TryWriteBytes(
            root.AsSpan(RkyvLayout.Declared.Parameters), -(ParametersLength + RkyvLayout.Declared.Parameters));
        BitConverter.TryWriteBytes(root.AsSpan(RkyvLayout.Declared.Parameters + 4), ParametersLength);
        return [.. code, .. new byte[ParametersLength], .. root];
    }

    private static void Check(ArchivedForm form, JsonElement row, ArchivedRange code)
    {
        string name = row.Text("field");
        ArchivedField field = ArchivedVectors.Field(name);
        bool isLength = name.EndsWith(".len", StringComparison.Ordinal);
        int needed = row.GetProperty("prefix_needed").GetInt32();
        ArchivedVectors.AssertKnownFrom(form, field, isLength, needed);
        form.Find(form.Bytes.Length, field, out ArchivedRange range, out _);
        int offset = row.GetProperty("offset").GetInt32();
        Assert.Equal(form.Bytes.Length - offset, row.GetProperty("offset_from_end").GetInt32());
        if (isLength)
        {
            Assert.Equal(range.Length, BitConverter.ToUInt32(form.Bytes, offset));
        }
        else
        {
            Assert.Equal(new ArchivedRange(offset, row.GetProperty("len").GetInt64()), range);
        }

        long bodyNeeded = Math.Clamp(needed - code.Offset, 0, code.Length);
        Assert.Equal(row.GetProperty("body_bytes_needed").GetInt64(), bodyNeeded);
        Assert.Equal(row.GetProperty("before_body_end").GetBoolean(), needed < code.End);
    }
}
