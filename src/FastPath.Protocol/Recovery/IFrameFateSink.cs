namespace FastPath.Protocol.Recovery;

/// <summary>Told what became of each recorded frame, exactly once a packet: acknowledged or lost.</summary>
internal interface IFrameFateSink
{
    void OnFrameAcknowledged(in SentFrame frame);

    void OnFrameLost(in SentFrame frame);
}
