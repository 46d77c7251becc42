namespace FastPath.Benchmarks.PerCommit;

/// <summary>How a figure of two commits is compared.</summary>
public enum FigureKind
{
    /// <summary>A time: shorter is better, and a shared machine makes it vary.</summary>
    Time,

    /// <summary>A rate: more is better, and a shared machine makes it vary.</summary>
    Rate,

    /// <summary>Bytes allocated for each of many: a count that hardly varies.</summary>
    Allocation,

    /// <summary>System calls: how full batches are depends a little on how threads are scheduled.</summary>
    Calls,

    /// <summary>Packets: a count that hardly varies.</summary>
    Packets,
}
