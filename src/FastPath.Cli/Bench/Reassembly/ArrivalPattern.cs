namespace FastPath.Cli.Bench.Reassembly;

/// <summary>The order in which the fragments of a payload arrive.</summary>
internal enum ArrivalPattern
{
    InOrder,

    /// <summary>Shuffled within every ten.</summary>
    ChunksOf10,

    /// <summary>Each time one of the next 64 that have not come.</summary>
    RandomWindow64,

    /// <summary>The last one of the window first: a sender has no credit for more.</summary>
    Reversed,
}
