using FastPath.Protocol.Time;

namespace FastPath.Simulation.Transfers;

/// <summary>One fault: what, where, when, for how long.</summary>
/// <param name="Place">The node, or the node left of the link.</param>
/// <param name="AfterDatagrams">Sent by all nodes since the transfer began.</param>
/// <param name="AfterBytes">When an application stalls: what it has read or written by then.</param>
/// <param name="Length">Null for ever.</param>
internal sealed record Fault(FaultKind Kind, int Place, long AfterDatagrams, long AfterBytes, Duration? Length)
{
    // Half of the shortest progress deadline: the rest is left for probes that are lost.
    private static readonly Duration Harmless = Duration.FromSeconds(15);

    public static Fault None { get; } = new(FaultKind.None, 0, 0, 0, null);

    /// <summary>A transfer survives it: it is shorter than every deadline of progress.</summary>
    public bool IsHarmless => Kind == FaultKind.None || (Kind is FaultKind.Pause or FaultKind.ReaderStalls
        or FaultKind.WriterStalls or FaultKind.PartitionHeals && Length <= Harmless);

    public override string ToString() => Kind switch
    {
        FaultKind.None => "no fault",
        FaultKind.ReaderStalls or FaultKind.WriterStalls => $"{Kind} after {AfterBytes} bytes for {Length?.ToString() ?? "ever"}",
        FaultKind.ReaderCancels or FaultKind.WriterCancels => $"{Kind} after {AfterDatagrams} datagrams",
        _ => $"{Kind} at {Place} after {AfterDatagrams} datagrams for {Length?.ToString() ?? "ever"}",
    };
}
