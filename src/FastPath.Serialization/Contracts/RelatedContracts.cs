using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Contracts;

/// <summary>States of other contracts that a contract needs; without a state where it is still to be fetched.</summary>
/// <remarks>
/// Layout: count u64, then per entry instance 32, option, state. A map: written in the order of the keys, read in any
/// order; the last entry of a repeated key wins.
/// </remarks>
public sealed class RelatedContracts : IBincode<RelatedContracts>, IStreamingSerialize
{
    internal static readonly Step[] Steps =
    [
        Step.Repeat(
            Field.RelatedCount,
            Step.Fixed(Field.RelatedId, ContractInstanceId.Length),
            Step.Option(Step.Bytes(Field.RelatedState))),
    ];

    private readonly Entry[] _entries;

    /// <summary>Takes any order; the last entry of a repeated key wins.</summary>
    public RelatedContracts(params ReadOnlySpan<Entry> entries) => _entries = SortedByKey(entries.ToArray());

    private RelatedContracts(Entry[] owned) => _entries = SortedByKey(owned);

    /// <summary>No related contract.</summary>
    public static RelatedContracts Empty { get; } = new(Array.Empty<Entry>());

    /// <summary>Entries in the order of their keys, each key once.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>
    /// Reads one from bytes as they come. With the total length, when it is known, what cannot fit is refused at once.
    /// </summary>
    public static StreamingDeserializer StartDeserialize(
        IContractSink sink, DecodeLimits? limits = null, long? totalLength = null) =>
        new(Steps, new ContractFields(sink), limits ?? DecodeLimits.Default, totalLength);

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<RelatedContracts>.Write(BincodeWriter to)
    {
        to.Length(_entries.Length);
        foreach (Entry entry in _entries)
        {
            to.Value(entry);
        }
    }

    static RelatedContracts IBincode<RelatedContracts>.Read(ref BincodeReader from) =>
        new(from.List<Entry>(Entry.LengthMin));

    // The sort is stable, so of equal keys the last to arrive stands last.
    private static Entry[] SortedByKey(Entry[] entries)
    {
        Entry[] sorted = [.. entries.Order(Comparer<Entry>.Create((a, b) => a.Contract.CompareTo(b.Contract)))];
        int kept = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            if (i + 1 == sorted.Length || sorted[i + 1].Contract != sorted[i].Contract)
            {
                sorted[kept++] = sorted[i];
            }
        }

        return sorted.Length == kept ? sorted : sorted[..kept];
    }

    /// <summary>One related contract.</summary>
    public readonly record struct Entry(ContractInstanceId Contract, State? State) : IBincode<Entry>
    {
        // The key and the tag of an absent state.
        internal const int LengthMin = ContractInstanceId.Length + 1;

        void IBincode<Entry>.Write(BincodeWriter to)
        {
            to.Value(Contract);
            to.Optional(State);
        }

        static Entry IBincode<Entry>.Read(ref BincodeReader from) =>
            new(from.Value<ContractInstanceId>(), from.OptionalReference<State>());
    }
}
