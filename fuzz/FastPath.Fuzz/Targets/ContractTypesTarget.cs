using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Fuzz.Targets;

/// <summary>The public types in bincode; the first byte chooses one.</summary>
internal sealed class ContractTypesTarget : IFuzzTarget
{
    // The corpus counts on the order: a new type goes to the end.
    private static readonly BincodeForm[] Forms =
    [
        new BincodeFormOf<ContractContainer>("ContractContainer", ContractContainer.Steps),
        new BincodeFormOf<DelegateContainer>("DelegateContainer", DelegateContainer.Steps),
        new BincodeFormOf<WrappedState>("WrappedState", WrappedState.Steps),
        new BincodeFormOf<State>("State", State.Steps),
        new BincodeFormOf<StateDelta>("StateDelta", StateDelta.Steps),
        new BincodeFormOf<StateSummary>("StateSummary", StateSummary.Steps),
        new BincodeFormOf<Parameters>("Parameters", Parameters.Steps),
        new BincodeFormOf<ContractKey>("ContractKey", ContractKey.Steps),
        new BincodeFormOf<ContractInstanceId>("ContractInstanceId", ContractInstanceId.Steps),
        new BincodeFormOf<CodeHash>("CodeHash", CodeHash.Steps),
        new BincodeFormOf<TransportPublicKey>("TransportPublicKey", TransportPublicKey.Steps),
        new BincodeFormOf<RelatedContracts>("RelatedContracts", RelatedContracts.Steps),
        new BincodeFormOf<UpdateData>("UpdateData", UpdateData.Steps),
        new BincodeFormOf<StoreResponse>("StoreResponse", StoreResponse.Steps),
        new BincodeFormOf<PeerCapabilities>("PeerCapabilities", PeerCapabilities.Steps),
        new BincodeFormOf<ContractCode>("ContractCode", ContractCode.Steps),
        new BincodeFormOf<VersionedCodeFile>("VersionedCodeFile", null),
        new BincodeFormOf<PackedContract>("PackedContract", null),
    ];

    public string Name => "contract-types";

    public long AllocatedBytesMax => 512 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            // One of a type and length says it all: the contents mean nothing to the reader.
            IEnumerable<(string Name, byte[] Bytes)> types = BincodeSeeds.Of("contract_types.json", Forms)
                .GroupBy(seed => (seed.Bytes[0], seed.Bytes.Length < 64))
                .SelectMany(group => group.Key.Item1 is 11 or 12 or 13 ? group : group.Take(2));
            var file = GoldenVectors.Read("contract_keys.json").ElementAt(1);
            return
            [
                .. types,
                ("versioned_code_file", [16, .. GoldenVectors.Hex(file, "versioned_code_file")]),
                ("packed_contract", [17, .. GoldenVectors.Hex(file, "packed_contract")]),
            ];
        }
    }

    public ulong Run(ReadOnlySpan<byte> input) => BincodeForm.Run(Forms, Outcome.Cut(input, Outcome.ValueMax));
}
