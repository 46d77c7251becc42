using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>One entry of the ledger of sent packets.</summary>
internal struct SentPacket
{
    public Instant SentAt;

    /// <summary>Delivered bytes and their time when this packet left: the start of its delivery-rate sample.</summary>
    public long DeliveredAtSend;
    public Instant DeliveredTimeAtSend;

    /// <summary>When the packet left whose acknowledgement was then the newest: the start of the sending side of the sample.</summary>
    public Instant SampleSentAt;

    /// <summary>Bytes in flight with this packet, and bytes lost in all, when it left.</summary>
    public long FlightAtSend;
    public long LostAtSend;
    public long FirstFrame;

    /// <summary>Once acknowledged: the first number behind it that may not be, so that a known run is one step.</summary>
    public ulong RunEnd;
    public int FrameCount;
    public int SizeBytes;

    /// <summary>Once lost: the episode in which it was.</summary>
    public int LostInEpisode;
    public bool IsAckEliciting;
    public bool IsAppLimited;

    /// <summary>Left with ECT(0).</summary>
    public bool IsEcnCapable;

    /// <summary>Its loss tells of the path's width, not of its load: a probe, or one that was refused.</summary>
    public bool SaysNothingOfLoad;
    public SentPacketState State;
}
