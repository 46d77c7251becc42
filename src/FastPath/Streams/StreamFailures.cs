using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>Codes of the wire as the exceptions of the façade.</summary>
internal static class StreamFailures
{
    public static FastPathError ErrorOf(StreamErrorCode code) => code switch
    {
        StreamErrorCode.Cancelled or StreamErrorCode.ShuttingDown => FastPathError.Cancelled,
        StreamErrorCode.Stalled => FastPathError.Stalled,
        StreamErrorCode.TooLarge => FastPathError.TooLarge,
        StreamErrorCode.Corrupt => FastPathError.Corrupt,
        StreamErrorCode.StoreFailed => FastPathError.StoreFailed,
        StreamErrorCode.UpstreamLost => FastPathError.UpstreamLost,
        StreamErrorCode.DownstreamLost => FastPathError.DownstreamLost,
        StreamErrorCode.ConnectionLost => FastPathError.ConnectionClosed,
        StreamErrorCode.TooSlow => FastPathError.TooSlow,
        StreamErrorCode.NoBuffers or StreamErrorCode.TooManyStreams or StreamErrorCode.Unsupported
            or StreamErrorCode.Declined => FastPathError.Refused,
        _ => FastPathError.Protocol,
    };

    /// <summary>The code that tells the other side the same.</summary>
    public static StreamErrorCode CodeOf(FastPathError error) => error switch
    {
        FastPathError.Stalled => StreamErrorCode.Stalled,
        FastPathError.TooLarge => StreamErrorCode.TooLarge,
        FastPathError.Corrupt => StreamErrorCode.Corrupt,
        FastPathError.StoreFailed or FastPathError.LocalResource => StreamErrorCode.StoreFailed,
        FastPathError.UpstreamLost => StreamErrorCode.UpstreamLost,
        FastPathError.DownstreamLost => StreamErrorCode.DownstreamLost,
        FastPathError.Refused => StreamErrorCode.Unsupported,
        FastPathError.TooSlow => StreamErrorCode.TooSlow,
        FastPathError.Protocol => StreamErrorCode.FinalSize,
        _ => StreamErrorCode.Cancelled,
    };

    public static FastPathException Create(StreamErrorCode code, TransferFailure transfer, string prefix = "")
    {
        string side = transfer.Role switch
        {
            TransferRole.Source => "sending",
            TransferRole.Relay => "passing on",
            _ => "receiving",
        };
        string total = transfer.BytesTotal is { } bytes ? $" of {bytes}" : "";
        return new FastPathException(
            ErrorOf(code),
            $"{prefix}{Describe(code)} while {side}, after {transfer.BytesDone}{total} bytes (transfer {transfer.TransferId:x32})",
            transfer: transfer);
    }

    public static FastPathException Create(OperationStatus status, string what) => status switch
    {
        OperationStatus.NotFound => new FastPathException(FastPathError.NotFound, $"{what}: not found"),
        OperationStatus.Corrupt => new FastPathException(FastPathError.Corrupt, $"{what}: the content does not belong to its key"),
        OperationStatus.StoreFailed => new FastPathException(FastPathError.StoreFailed, $"{what}: the node could not store it"),
        OperationStatus.Refused => new FastPathException(FastPathError.Refused, $"{what}: the node does not do this"),
        OperationStatus.DeltaRefused => new FastPathException(FastPathError.DeltaRefused, $"{what}: the node takes no deltas of this contract"),
        _ => new FastPathException(FastPathError.Unavailable, $"{what}: a node on the way was lost, silent or failed"),
    };

    private static string Describe(StreamErrorCode code) => code switch
    {
        StreamErrorCode.Cancelled => "the stream was cancelled",
        StreamErrorCode.Stalled => "no progress within the limit",
        StreamErrorCode.NoBuffers => "the receiver has no memory left for the stream",
        StreamErrorCode.TooManyStreams => "the receiver takes no more streams",
        StreamErrorCode.TooLarge => "the payload is larger than the receiver takes",
        StreamErrorCode.FinalSize => "the stream contradicts its own length",
        StreamErrorCode.FlowControl => "the sender went beyond its credit",
        StreamErrorCode.Unannounced => "the stream was never announced",
        StreamErrorCode.Corrupt => "the content is not what was announced",
        StreamErrorCode.UpstreamLost => "a relay lost its source",
        StreamErrorCode.DownstreamLost => "a relay lost its target",
        StreamErrorCode.ShuttingDown => "the other node is shutting down",
        StreamErrorCode.Unsupported => "the receiver does not take such streams",
        StreamErrorCode.StoreFailed => "the receiver could not store the content",
        StreamErrorCode.TooSlow => "the reader was slower than the others, for longer than they wait for it,",
        StreamErrorCode.Declined => "the receiver does not want what was offered",
        StreamErrorCode.ConnectionLost => "the connection was lost",
        _ => $"stream error {(ulong)code:x}",
    };
}
