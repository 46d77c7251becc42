using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>What became of a <see cref="TransferCase"/>.</summary>
/// <param name="Taken">From the first byte written until the last one read.</param>
/// <param name="Reference">What <see cref="PathReference"/> says it takes.</param>
/// <param name="PacketsLost">As the sender sees it.</param>
/// <param name="DatagramsDropped">By the queue of the bottleneck, of every flow.</param>
/// <param name="LongestWait">In that queue.</param>
internal sealed record TransferOutcome(
    Duration Taken,
    Duration Reference,
    long PacketsLost,
    long SpuriousLosses,
    long DatagramsDropped,
    Duration LongestWait)
{
    /// <summary>1 for as fast as the reference; more is possible where the reference is that of a loss-based flow.</summary>
    public double Share => Reference.Seconds / Taken.Seconds;
}
