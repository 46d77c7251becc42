namespace FastPath.Serialization.Bincode;

/// <summary>Which part of a value a <see cref="Step"/> reads, as far as anyone asks.</summary>
internal enum Field
{
    /// <summary>Nobody asks: an enum index or an option tag, seen by what follows it.</summary>
    Unnamed,

    /// <summary>First half of the key in front of a GET payload.</summary>
    OuterInstance,

    /// <summary>Second half of it.</summary>
    OuterCode,
    Code,
    CodeHash,
    Parameters,

    /// <summary>First half of the key at the end of a contract or delegate.</summary>
    KeyInstance,

    /// <summary>Second half of it.</summary>
    KeyCode,
    RelatedCount,
    RelatedId,
    RelatedState,
    State,
    Delta,
    Summary,
    Transaction,
    Instance,
    Cause,
}
