namespace FastPath.Serialization.Bincode;

/// <summary>
/// What a receiver accepts. The parser's own memory depends on none of these: they protect what stands behind it.
/// </summary>
public sealed record DecodeLimits
{
    /// <summary>Everything that fits the announced length, but parameters of at most 64 KiB.</summary>
    public static DecodeLimits Default { get; } = new();

    /// <summary>Bytes of code.</summary>
    public long CodeLengthMax { get; init; } = long.MaxValue;

    /// <summary>Bytes of parameters: these are usually gathered, so the default is 64 KiB.</summary>
    public long ParametersLengthMax { get; init; } = 64 * 1_024;

    /// <summary>Bytes of a state, a delta or a summary; of each related state too.</summary>
    public long StateLengthMax { get; init; } = long.MaxValue;

    /// <summary>Number of related contracts.</summary>
    public long RelatedCountMax { get; init; } = long.MaxValue;

    /// <summary>Makes bytes behind the value an error. The network ignores them, so the default is false.</summary>
    public bool RejectTrailingBytes { get; init; }

    internal long Of(Field field) => field switch
    {
        Field.Code => CodeLengthMax,
        Field.Parameters => ParametersLengthMax,
        Field.State or Field.Delta or Field.Summary or Field.RelatedState => StateLengthMax,
        Field.RelatedCount => RelatedCountMax,
        _ => long.MaxValue,
    };
}
