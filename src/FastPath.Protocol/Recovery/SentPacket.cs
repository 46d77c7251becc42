using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>One entry of the ledger of sent packets.</summary>
internal struct SentPacket
{
    public Instant SentAt;

    /// <summary>Delivered bytes and their time when this packet left: the start of its delivery-rate sample.</summary>
    public long DeliveredAtSend;
    public Instant DeliveredTimeAtSend;
    public long FirstFrame;
    public int FrameCount;
    public int SizeBytes;
    public bool IsAckEliciting;
    public bool IsAppLimited;
    public SentPacketState State;
}
