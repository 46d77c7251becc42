using FastPath.Engine;
using FastPath.Protocol.Streams;

namespace FastPath;

/// <summary>What is known of a transfer that failed; both ends and every relay between them share its id (scenario T3).</summary>
public sealed record TransferFailure
{
    /// <summary>Names the transfer at both ends and at every relay.</summary>
    public required UInt128 TransferId { get; init; }

    /// <summary>What this node was to the transfer.</summary>
    public required TransferRole Role { get; init; }

    /// <summary>Absolute offset: source and relay: acknowledged by the next hop without a gap; sink: arrived without a gap.</summary>
    public required long BytesDone { get; init; }

    /// <summary>Bytes of the whole payload; null when it was never announced.</summary>
    public long? BytesTotal { get; init; }

    /// <summary>Source: the end of what was ever sent. Sink: the end of what has come.</summary>
    public long HighestByte { get; init; }

    /// <summary>Sink: what is missing, at most the first 16 ranges.</summary>
    public IReadOnlyList<ByteRange> Holes { get; init; } = [];

    /// <summary>Source: payload bytes that were sent more than once.</summary>
    public long BytesSentAgain { get; init; }

    /// <summary>How long ago the last useful byte came or was acknowledged; null when the stream never began.</summary>
    public TimeSpan? LastProgressAge { get; init; }

    /// <summary>Where the transfer may be taken up again: the source can replay its bytes, and they are known by a digest.</summary>
    public bool IsResumable { get; init; }

    internal static TransferFailure Of(SendStream? stream, StreamDescription description) => new()
    {
        TransferId = description.TransferId,
        Role = TransferRole.Source,
        BytesDone = stream is null ? description.StartOffset : stream.Description.PayloadOffset(stream.AcknowledgedTo),
        BytesTotal = description.TotalLength >= 0 ? description.TotalLength : null,
        HighestByte = stream is null ? description.StartOffset : stream.Description.PayloadOffset(stream.HighestSent),
        BytesSentAgain = stream?.PayloadBytesSentAgain ?? 0,
        LastProgressAge = stream is null ? null : (MonotonicClock.Now - stream.LastProgressAt).ToTimeSpan(),
    };

    internal static TransferFailure Of(ReceiveStream stream, TransferRole role = TransferRole.Sink) => new()
    {
        TransferId = stream.Description!.TransferId,
        Role = role,
        BytesDone = stream.Ring.Payload.Received,
        BytesTotal = stream.Ring.Payload.Length is var length and >= 0 ? length : null,
        HighestByte = stream.Ring.Payload.OffsetOf(stream.Ring.HighestEnd),
        Holes = [.. stream.HolesAtEnd.Select(hole => new ByteRange(
            stream.Ring.Payload.OffsetOf(hole.Start), stream.Ring.Payload.OffsetOf(hole.End)))],
        LastProgressAge = (MonotonicClock.Now - stream.LastProgressAt).ToTimeSpan(),
        IsResumable = !stream.Digest.IsEmpty && stream.Ring.FinalSize >= 0,
    };
}
