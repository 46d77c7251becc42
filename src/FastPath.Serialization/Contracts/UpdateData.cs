using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Contracts;

/// <summary>What an update brings: a state, a delta or both; of the contract itself or of a related one.</summary>
/// <remarks>
/// Layout: variant u32, then what is there of related instance 32, state, delta; never neither state nor delta.
/// </remarks>
public sealed record UpdateData : IBincode<UpdateData>, IStreamingSerialize
{
    private static readonly Step RelatedId = Step.Fixed(Field.RelatedId, ContractInstanceId.Length);

    internal static readonly Step[] Steps =
    [
        Step.Choice(
            State.Steps,
            StateDelta.Steps,
            [.. State.Steps, .. StateDelta.Steps],
            [RelatedId, .. State.Steps],
            [RelatedId, .. StateDelta.Steps],
            [RelatedId, .. State.Steps, .. StateDelta.Steps]),
    ];

    // Variants 0 to 2 are state, delta, both; 3 to 5 the same with a related contract in front.
    private const uint RelatedOffset = 3;

    /// <param name="state">The new state.</param>
    /// <param name="delta">What changes the old state into the new one.</param>
    /// <param name="relatedTo">The contract they belong to, when it is another one.</param>
    /// <exception cref="ArgumentException">Neither state nor delta.</exception>
    public UpdateData(State? state, StateDelta? delta, ContractInstanceId? relatedTo = null)
    {
        if (state is null && delta is null)
        {
            throw new ArgumentException("An update has a state, a delta or both.", nameof(state));
        }

        (State, Delta, RelatedTo) = (state, delta, relatedTo);
    }

    /// <summary>The contract that state and delta belong to, when it is another one.</summary>
    public ContractInstanceId? RelatedTo { get; }

    /// <summary>The new state.</summary>
    public State? State { get; }

    /// <summary>What changes the old state into the new one.</summary>
    public StateDelta? Delta { get; }

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    void IBincode<UpdateData>.Write(BincodeWriter to)
    {
        uint parts = Delta is null ? 0u : State is null ? 1u : 2u;
        to.Variant(RelatedTo is null ? parts : RelatedOffset + parts);
        RelatedTo?.Write(to.Reserve(ContractInstanceId.Length));
        if (State is not null)
        {
            to.Value(State);
        }

        if (Delta is not null)
        {
            to.Value(Delta);
        }
    }

    static UpdateData IBincode<UpdateData>.Read(ref BincodeReader from)
    {
        uint variant = from.Variant(2 * RelatedOffset);
        uint parts = variant % RelatedOffset;
        ContractInstanceId? relatedTo = variant >= RelatedOffset ? from.Value<ContractInstanceId>() : null;
        State? state = parts != 1 ? from.Value<State>() : null;
        StateDelta? delta = parts != 0 ? from.Value<StateDelta>() : null;
        return new(state, delta, relatedTo);
    }
}
