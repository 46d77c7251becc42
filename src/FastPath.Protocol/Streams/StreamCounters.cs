namespace FastPath.Protocol.Streams;

/// <summary>Plain numbers of all streams of an endpoint, written by the loop thread and read by anyone.</summary>
/// <remarks>Started = completed + failed + cancelled + active at every instant, each way (scenario T1).</remarks>
internal sealed class StreamCounters
{
    public long SendsStarted;

    /// <summary>Of these, those of kind "whole": messages, and contracts that are not streamed.</summary>
    public long SendsWhole;
    public long SendsCompleted;
    public long SendsFailed;
    public long SendsCancelled;

    public long ReceivesStarted;
    public long ReceivesCompleted;
    public long ReceivesFailed;
    public long ReceivesCancelled;

    /// <summary>Payload bytes in FRAGMENT frames, retransmissions included.</summary>
    public long PayloadBytesSent;
    public long PayloadBytesSentAgain;
    public long PayloadBytesReceived;
    public long PayloadBytesDuplicate;

    /// <summary>Groups of 16 KiB that came with a proof and are what was announced.</summary>
    public long GroupsVerified;

    /// <summary>Groups that are not: each ended its stream.</summary>
    public long GroupsFailed;

    public long FragmentsSent;

    /// <summary>Of these, with at least one byte that had been sent before.</summary>
    public long FragmentsSentAgain;
    public long FragmentsReceived;

    /// <summary>Streams of the peer that were refused before anything was stored.</summary>
    public long StreamsRefused;

    /// <summary>Offers of peers; each is accepted, declined (by this side or by its deadline), had already, or withdrawn.</summary>
    public long OffersReceived;
    public long OffersAccepted;
    public long OffersDeclined;
    public long OffersHeld;

    /// <summary>Frames of streams that are finished.</summary>
    public long FramesLate;
}
