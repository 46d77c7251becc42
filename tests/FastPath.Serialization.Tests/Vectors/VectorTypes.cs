using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Foreign;
using FastPath.Serialization.Operations;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>Every type the bincode vectors name, built from the fields as they are written there.</summary>
internal static class VectorTypes
{
    private static readonly Dictionary<string, VectorType> ByName = new(StringComparer.Ordinal)
    {
        ["ContractContainer"] = Of(Contract, ContractContainer.Steps),
        ["DelegateContainer"] = Of(Delegate, DelegateContainer.Steps),
        ["WrappedState"] = Of(f => new WrappedState(Body(f.GetProperty("bytes"))), WrappedState.Steps),
        ["State"] = Of(f => new State(Body(f.GetProperty("bytes"))), State.Steps),
        ["StateDelta"] = Of(f => new StateDelta(Body(f.GetProperty("bytes"))), StateDelta.Steps),
        ["StateSummary"] = Of(f => new StateSummary(Body(f.GetProperty("bytes"))), StateSummary.Steps),
        ["Parameters"] = Of(f => new Parameters(Body(f.GetProperty("bytes"))), Parameters.Steps),
        ["ContractKey"] = Of(Key, ContractKey.Steps),
        ["ContractInstanceId"] = Of(f => ContractInstanceId.Read(f.Hex("bytes")), ContractInstanceId.Steps),
        ["CodeHash"] = Of(f => CodeHash.Read(f.Hex("bytes")), CodeHash.Steps),
        ["TransportPublicKey"] = Of(f => TransportPublicKey.Read(f.Hex("bytes")), TransportPublicKey.Steps),
        ["RelatedContracts"] = Of(f => Related(f.GetProperty("map")), RelatedContracts.Steps),
        ["HashMap<ContractInstanceId,Option<State>>"] = Of(f => Related(f), RelatedContracts.Steps),
        ["UpdateData"] = Of(Update, UpdateData.Steps),
        ["StoreResponse"] = Of(Store, StoreResponse.Steps),
        ["PeerCapabilities"] = Of(
            f => new PeerCapabilities(
                f.GetProperty("streaming_supported").GetBoolean(),
                f.GetProperty("piped_forwarding_supported").GetBoolean()),
            PeerCapabilities.Steps),
        ["Transaction"] = Of(TransactionOf, Transaction.Steps),
        ["HashSet<SocketAddr>"] = Of(f => Skip(f), SkipList.Steps),
        ["PutMsg"] = Of(Put, PutMsg.Steps),
        ["GetMsg"] = Of(Get, GetMsg.Steps),
        ["NetMessage"] = Of(Net, NetMessage.Steps),
        ["PutStreamingPayload"] = Of(
            f => new PutStreamingPayload(
                Contract(f.GetProperty("contract")),
                Related(f.GetProperty("related_contracts")),
                new WrappedState(Body(f.GetProperty("value")))),
            PutStreamingPayload.Steps),
        ["GetStreamingPayload"] = Of(
            f => new GetStreamingPayload(Key(f.GetProperty("key")), Store(f.GetProperty("value"))),
            GetStreamingPayload.Steps),
        ["SymmetricMessage"] = Of(ForeignValues.Message, SymmetricMessage.Steps),
    };

    /// <summary>Fails on a type that is not known.</summary>
    public static VectorType Of(JsonElement vector)
    {
        string type = vector.Text("type");
        Assert.True(ByName.TryGetValue(type, out VectorType? known), $"{vector.Text("name")}: unknown type {type}");
        return known!;
    }

    public static VectorType Of(string name) => ByName[name];

    private static VectorTypeOf<T> Of<T>(Func<JsonElement, T> build, Step[] steps)
        where T : IBincode<T> => new(build) { Steps = steps };

    private static MemoryBody Body(JsonElement bytes) => new MemoryBody(ContentRule.Bytes(bytes));

    private static ContractKey Key(JsonElement key) =>
        new(ContractInstanceId.Read(key.Hex("instance")), CodeHash.Read(key.Hex("code")));

    // Written with its hashes, or (large ones) with the contents alone: the key is then derived and compared.
    private static ContractContainer Contract(JsonElement contract)
    {
        if (contract.TryGetProperty("data", out JsonElement data))
        {
            Assert.Equal("Wasm.V1", contract.Text("variant"));
            return new ContractContainer(
                new ContractCode(Body(data.GetProperty("data")), CodeHash.Read(data.Hex("code_hash"))),
                new Parameters(Body(contract.GetProperty("params"))),
                Key(contract.GetProperty("key")));
        }

        ContractContainer derived = ContractContainer.FromCode(
            Body(contract.GetProperty("code")), Body(contract.GetProperty("params")));
        Assert.Equal(Key(contract.GetProperty("key")), derived.Key);
        Assert.Equal(contract.Text("instance_base58"), derived.Key.ToString());
        return derived;
    }

    private static DelegateContainer Delegate(JsonElement fields)
    {
        JsonElement data = fields.GetProperty("data");
        JsonElement key = fields.GetProperty("key");
        return new DelegateContainer(
            new Parameters(Body(fields.GetProperty("parameters"))),
            new ContractCode(Body(data.GetProperty("data")), CodeHash.Read(data.Hex("code_hash"))),
            DelegateKey.Read([.. key.Hex("key"), .. key.Hex("code_hash")]));
    }

    private static bool Has(JsonElement fields, string name, out JsonElement value) =>
        fields.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static UpdateData Update(JsonElement fields) => new(
        Has(fields, "state", out JsonElement state) ? new State(Body(state)) : null,
        Has(fields, "delta", out JsonElement delta) ? new StateDelta(Body(delta)) : null,
        Has(fields, "related_to", out _) ? ContractInstanceId.Read(fields.Hex("related_to")) : null);

    private static StoreResponse Store(JsonElement fields) => new(
        Has(fields, "state", out JsonElement state) ? new WrappedState(Body(state)) : null,
        Has(fields, "contract", out JsonElement contract) ? Contract(contract) : null);

    private static RelatedContracts Related(JsonElement map) => new(
        [.. map.EnumerateArray().Select(entry => new RelatedContracts.Entry(
            ContractInstanceId.Read(entry.Hex("key")),
            Has(entry, "state", out JsonElement state) ? new State(Body(state)) : null))]);

    private static TransactionId IdOf(string text)
    {
        Assert.True(TransactionId.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out TransactionId id), text);
        Assert.Equal(text, id.ToString());
        return id;
    }

    private static Transaction TransactionOf(JsonElement fields)
    {
        TransactionId id = IdOf(fields.Text("id"));
        UInt128 expected = fields.Hex("id_le_bytes").Reverse().Aggregate(UInt128.Zero, (sum, b) => (sum << 8) | b);
        Assert.Equal(expected, id.Value);
        if (fields.TryGetProperty("type_byte", out JsonElement type))
        {
            Assert.Equal(type.GetByte(), id.OperationType);
            Assert.Equal(fields.GetProperty("timestamp_ms").GetInt64(), id.Milliseconds);
        }

        return new Transaction(id, Has(fields, "parent", out JsonElement parent) ? IdOf(parent.GetString()!) : null);
    }

    private static SkipList Skip(JsonElement addresses) => new(
        [.. addresses.EnumerateArray().Select(address => ForeignValues.Address(address.GetString()!))]);

    private static PutMsg Put(JsonElement f)
    {
        Transaction id = TransactionOf(f.GetProperty("id"));
        ContractKey KeyIn(string name) => Key(f.GetProperty(name));
        ulong Number(string name) => f.GetProperty(name).GetUInt64();
        SkipList SkipIn() => Skip(f.GetProperty("skip_list"));
        return f.Text("variant") switch
        {
            "Request" => new PutMsg.Request(
                id,
                Contract(f.GetProperty("contract")),
                Related(f.GetProperty("related_contracts")),
                new WrappedState(Body(f.GetProperty("value"))),
                Number("htl"),
                SkipIn()),
            "Response" => new PutMsg.Response(id, KeyIn("key"), Number("hop_count")),
            "RequestStreaming" => new PutMsg.RequestStreaming(
                id,
                (uint)Number("stream_id"),
                KeyIn("contract_key"),
                Number("total_size"),
                Number("htl"),
                SkipIn(),
                f.GetProperty("subscribe").GetBoolean()),
            "ResponseStreaming" => new PutMsg.ResponseStreaming(
                id, KeyIn("key"), f.GetProperty("continue_forwarding").GetBoolean(), Number("hop_count")),
            "ForwardingAck" => new PutMsg.ForwardingAck(id, KeyIn("contract_key")),
            "Error" => new PutMsg.Error(id, f.Text("cause")),
            "ProbeRequest" => new PutMsg.ProbeRequest(
                id, KeyIn("contract_key"), new StateSummary(Body(f.GetProperty("summary"))), Number("htl"), SkipIn()),
            "ProbeResponse" => new PutMsg.ProbeResponse(
                id,
                KeyIn("key"),
                f.GetProperty("holder_found").GetBoolean(),
                Number("hop_count"),
                Has(f, "holder_summary", out JsonElement summary) ? new StateSummary(Body(summary)) : null,
                Has(f, "reverse_delta", out JsonElement delta) ? new StateDelta(Body(delta)) : null),
            "ProbeReconcile" => new PutMsg.ProbeReconcile(
                id, KeyIn("key"), new StateDelta(Body(f.GetProperty("delta"))), Number("htl"), SkipIn()),
            string other => throw new InvalidDataException($"unknown PutMsg {other}"),
        };
    }

    private static GetMsg Get(JsonElement f)
    {
        Transaction id = TransactionOf(f.GetProperty("id"));
        ContractInstanceId Instance() => ContractInstanceId.Read(f.Hex("instance_id"));
        return f.Text("variant") switch
        {
            "Request" => new GetMsg.Request(
                id,
                Instance(),
                f.GetProperty("fetch_contract").GetBoolean(),
                f.GetProperty("htl").GetUInt64(),
                VisitedPeers.Read(f.Hex("visited")),
                f.GetProperty("subscribe").GetBoolean()),
            "Response" => new GetMsg.Response(
                id, Instance(), Result(f.GetProperty("result")), f.GetProperty("hop_count").GetUInt64()),
            "ResponseStreaming" => new GetMsg.ResponseStreaming(
                id,
                Instance(),
                f.GetProperty("stream_id").GetUInt32(),
                Key(f.GetProperty("key")),
                f.GetProperty("total_size").GetUInt64(),
                f.GetProperty("includes_contract").GetBoolean()),
            "ResponseStreamingAck" => new GetMsg.ResponseStreamingAck(id, f.GetProperty("stream_id").GetUInt32()),
            "ForwardingAck" => new GetMsg.ForwardingAck(id, Instance()),
            string other => throw new InvalidDataException($"unknown GetMsg {other}"),
        };
    }

    private static GetResult Result(JsonElement result) => result.Text("variant") switch
    {
        "Found" => new GetResult(Key(result.GetProperty("key")), Store(result.GetProperty("value"))),
        "NotFound" => GetResult.NotFound,
        string other => throw new InvalidDataException($"unknown result {other}"),
    };

    private static NetMessage Net(JsonElement f) => f.Text("variant") switch
    {
        "V1.Put" => new NetMessage.Put(Put(f.GetProperty("message"))),
        "V1.Get" => new NetMessage.Get(Get(f.GetProperty("message"))),
        "V1.Aborted" => new NetMessage.Aborted(TransactionOf(f.GetProperty("id"))),
        "V1.ReadyState" => new NetMessage.ReadyState(f.GetProperty("ready").GetBoolean()),
        string other => throw new InvalidDataException($"unknown NetMessage {other}"),
    };
}
