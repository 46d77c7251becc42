using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>Frozen values of the streams of a connection. The first is part of the wire: both ends assume it.</summary>
internal sealed record StreamSettings
{
    public static readonly StreamSettings Default = new();

    /// <summary>Bytes from the start offset on that a stream may send before its first STREAM_CREDIT.</summary>
    public long InitialCreditBytes { get; init; } = 64 * 1_024;

    /// <summary>
    /// Streams that one side may have unfinished at once: how far ids run ahead of the lowest unfinished one. A session has the
    /// lesser of what its ends have.
    /// </summary>
    public int StreamsMax { get; init; } = 256;

    /// <summary>
    /// A relay's window never shrinks below this while the budget allows: three batches, so that one comes while one is under way
    /// inside and one leaves.
    /// </summary>
    public long WindowBytesMin { get; init; } = 96 * 1_024;

    /// <summary>Where a reader at this node takes the bytes: nothing is gained by holding the sender short.</summary>
    public long SinkWindowBytesMin { get; init; } = 1_024 * 1_024;

    /// <summary>Of one stream, as far as the budget allows: 1 Gbit/s over 300 ms is 37.5 MB, and a window must be twice that to grow.</summary>
    public long WindowBytesMax { get; init; } = 128 * 1_024 * 1_024;

    /// <summary>Longest payload that is taken; longer announcements are refused before anything is allocated.</summary>
    public long PayloadBytesMax { get; init; } = 1L << 40;

    /// <summary>Of a stream that carries proofs, readers here see verified groups alone.</summary>
    public bool VerifiesGroups { get; init; } = true;

    /// <summary>A relay passes verified groups alone on; otherwise proofs and bytes as they come.</summary>
    public bool VerifiesRelayed { get; init; }

    /// <summary>A sink without useful progress for this long gives up (decision D8).</summary>
    public Duration ProgressTimeout { get; init; } = Duration.FromSeconds(30);

    /// <summary>Added for every hop towards the origin, so that the sink gives up first.</summary>
    public Duration ProgressTimeoutPerHop { get; init; } = Duration.FromSeconds(5);

    /// <param name="hopsFromSink">0 at the sink itself.</param>
    public Duration ProgressTimeoutAt(int hopsFromSink) => ProgressTimeout + (ProgressTimeoutPerHop * hopsFromSink);
}
