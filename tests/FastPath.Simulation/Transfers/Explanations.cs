using FastPath.Protocol.Streams;

namespace FastPath.Simulation.Transfers;

/// <summary>With which codes a fault may end a transfer. Any other code, or one where the fault is harmless, is a failure of the test.</summary>
internal static class Explanations
{
    private static readonly StreamErrorCode[] LostNeighbour =
    [
        StreamErrorCode.ConnectionLost,
        StreamErrorCode.Stalled,
        StreamErrorCode.UpstreamLost,
        StreamErrorCode.DownstreamLost,
    ];

    // The opening frame may be what did not get through before the receiver's patience ended.
    private static readonly StreamErrorCode[] Silence = [.. LostNeighbour, StreamErrorCode.Unannounced];

    /// <summary>Codes that the kind of fault explains, at any node; which of them a role can see says <see cref="CanSee"/>.</summary>
    public static IReadOnlyList<StreamErrorCode> Of(FaultKind kind) => kind switch
    {
        FaultKind.Crash or FaultKind.Restart => LostNeighbour,
        FaultKind.Pause or FaultKind.PartitionHeals or FaultKind.PartitionLasts => Silence,
        FaultKind.ReaderCancels or FaultKind.WriterCancels => [StreamErrorCode.Cancelled],
        FaultKind.ReaderStalls or FaultKind.WriterStalls => [StreamErrorCode.Stalled],
        _ => [],
    };

    public static bool Explains(Fault fault, TransferRole role, StreamErrorCode code) =>
        !fault.IsHarmless && CanSee(role, code) && Of(fault.Kind).Contains(code);

    /// <summary>Who is upstream of nobody cannot lose it, and so on.</summary>
    private static bool CanSee(TransferRole role, StreamErrorCode code) => code switch
    {
        StreamErrorCode.UpstreamLost => role != TransferRole.Source,
        StreamErrorCode.DownstreamLost => role != TransferRole.Sink,
        _ => true,
    };
}
