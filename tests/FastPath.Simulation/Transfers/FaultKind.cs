namespace FastPath.Simulation.Transfers;

/// <summary>What befalls a transfer, once.</summary>
internal enum FaultKind
{
    None,

    /// <summary>A node's process is gone for good.</summary>
    Crash,

    /// <summary>A node's process is gone, and another one with its identity takes its place.</summary>
    Restart,

    /// <summary>A node's process stands still for a while.</summary>
    Pause,

    ReaderCancels,
    WriterCancels,

    /// <summary>The application at the sink takes nothing for a while, or never again.</summary>
    ReaderStalls,

    /// <summary>The application at the source gives nothing for a while, or never again.</summary>
    WriterStalls,

    /// <summary>A link lets nothing through, either way, for a while.</summary>
    PartitionHeals,

    PartitionLasts,
}
