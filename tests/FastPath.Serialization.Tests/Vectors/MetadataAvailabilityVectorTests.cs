using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>At which byte each piece of metadata becomes readable: the bincode rows.</summary>
[Trait("Category", "Vectors")]
public sealed class MetadataAvailabilityVectorTests
{
    // The layouts of other formats in the same file: named, so that a new one is noticed.
    private static readonly string[] OtherFormats = ["flatbuffers", "rkyv"];

    private static readonly Dictionary<string, Field> Fields = new(StringComparer.Ordinal)
    {
        ["outer key.instance"] = Field.OuterInstance,
        ["outer key.code"] = Field.OuterCode,
        ["code.len"] = Field.Code,
        ["code.code_hash"] = Field.CodeHash,
        ["params.len"] = Field.Parameters,
        ["params"] = Field.Parameters,
        ["key.instance"] = Field.KeyInstance,
        ["key.code"] = Field.KeyCode,
        ["transaction"] = Field.Transaction,
        ["instance_id"] = Field.Instance,
        ["state.len"] = Field.State,
    };

    [Fact]
    public void Every_piece_of_metadata_is_known_at_its_byte()
    {
        int checkedRows = 0;
        foreach (JsonElement table in VectorFile.Read("metadata_availability.json", "tables"))
        {
            if (table.Text("format") != "bincode")
            {
                Assert.Contains(table.Text("format"), OtherFormats);
                continue;
            }

            (Step[] steps, IStreamingSerialize value) = ValueOf(table);
            StreamingSerializer serializer = value.StartSerialize();
            Assert.Equal(table.GetProperty("total").GetInt64(), serializer.Length);
            FieldLog log = FieldLog.Of(steps, serializer);
            foreach (JsonElement row in table.GetProperty("fields").EnumerateArray())
            {
                Check(log, row);
                checkedRows++;
            }
        }

        Assert.True(checkedRows > 0);
    }

    // The file has only sizes: contents and keys do not matter, so zeros will do. No related contracts, no skip list,
    // no parent.
    private static (Step[] Steps, IStreamingSerialize Value) ValueOf(JsonElement table)
    {
        MemoryBody code = new(new byte[table.GetProperty("body_len").GetInt32()]);
        Parameters parameters = new(new MemoryBody(new byte[48]));
        ContractContainer contract = new(new ContractCode(code, default), parameters, default);
        WrappedState state = new(new MemoryBody(new byte[100]));
        StoreResponse found = new(state, contract);
        return table.Text("what") switch
        {
            "ContractContainer" => (ContractContainer.Steps, contract),
            "PutStreamingPayload" =>
                (PutStreamingPayload.Steps, new PutStreamingPayload(contract, RelatedContracts.Empty, state)),
            "GetStreamingPayload" => (GetStreamingPayload.Steps, new GetStreamingPayload(contract.Key, found)),
            "PutMsg::Request" => (
                PutMsg.Steps,
                new PutMsg.Request(default, contract, RelatedContracts.Empty, state, 0, SkipList.Empty)),
            "GetMsg::Response Found" => (
                GetMsg.Steps,
                new GetMsg.Response(default, contract.Key.Instance, new GetResult(contract.Key, found), 0)),
            string other => throw new InvalidDataException($"unknown value {other}"),
        };
    }

    private static void Check(FieldLog log, JsonElement row)
    {
        string name = row.Text("field");
        bool isLength = name.EndsWith(".len", StringComparison.Ordinal);
        FieldLog.Entry entry = Assert.Single(log.Entries, e => e.Field == Fields[name] && e.IsLength == isLength);
        Assert.Equal(row.GetProperty("offset").GetInt64(), entry.Offset);
        Assert.Equal(row.GetProperty("len").GetInt64(), entry.Length);
        Assert.Equal(row.GetProperty("prefix_needed").GetInt64(), entry.HeardAt);
    }
}
