using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>What became of a <see cref="TransferCase"/>.</summary>
/// <param name="Taken">From the first byte written until the last one read.</param>
/// <param name="PacketsLost">As the sender sees it.</param>
/// <param name="DatagramsDropped">By the queue of the bottleneck, of every flow.</param>
/// <param name="LongestWait">In that queue.</param>
internal sealed record TransferOutcome(
    Duration Taken, long PacketsLost, long SpuriousLosses, long DatagramsDropped, Duration LongestWait);
