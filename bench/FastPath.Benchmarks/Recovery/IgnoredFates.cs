using FastPath.Protocol.Recovery;

namespace FastPath.Benchmarks.Recovery;

/// <summary>Does nothing with the fate of a frame, so that only the bookkeeping is measured.</summary>
internal sealed class IgnoredFates : IFrameFateSink
{
    public void OnFrameAcknowledged(in SentFrame frame)
    {
    }

    public void OnFrameLost(in SentFrame frame)
    {
    }
}
