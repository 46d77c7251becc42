using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Serialization.Operations;

namespace FastPath.Fuzz.Targets;

/// <summary>Messages of PUT and GET in bincode, alone and in their envelope; the first byte chooses.</summary>
internal sealed class NetMessageTarget : IFuzzTarget
{
    // The corpus counts on the order: a new type goes to the end.
    private static readonly BincodeForm[] Forms =
    [
        new BincodeFormOf<NetMessage>("NetMessage", NetMessage.Steps),
        new BincodeFormOf<PutMsg>("PutMsg", PutMsg.Steps),
        new BincodeFormOf<GetMsg>("GetMsg", GetMsg.Steps),
        new BincodeFormOf<Transaction>("Transaction", Transaction.Steps),
        new BincodeFormOf<SkipList>("SkipList", SkipList.Steps),
    ];

    public string Name => "net-message";

    public long AllocatedBytesMax => 512 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => BincodeSeeds.Of("operations.json", Forms)
        .Where(seed => !seed.Name.EndsWith("_2", StringComparison.Ordinal));

    public ulong Run(ReadOnlySpan<byte> input) => BincodeForm.Run(Forms, Outcome.Cut(input, Outcome.ValueMax));
}
