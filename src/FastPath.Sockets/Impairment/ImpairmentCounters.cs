namespace FastPath.Sockets.Impairment;

/// <summary>How many datagrams met which fate; written by the loop thread, read by anyone.</summary>
internal sealed class ImpairmentCounters
{
    public long Offered;
    public long Lost;
    public long Duplicated;
    public long Truncated;
    public long Corrupted;
    public long Reordered;
    public long Delayed;
}
