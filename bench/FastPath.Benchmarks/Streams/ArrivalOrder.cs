namespace FastPath.Benchmarks.Streams;

/// <summary>In which order the fragments of a window arrive.</summary>
public enum ArrivalOrder
{
    /// <summary>As they were sent.</summary>
    InOrder,

    /// <summary>Every ten shuffled among themselves.</summary>
    ShuffledByTens,

    /// <summary>Each time one of the first 64 that have not come.</summary>
    RandomWindow64,

    /// <summary>The last one first: everything waits for the first.</summary>
    Reversed,
}
