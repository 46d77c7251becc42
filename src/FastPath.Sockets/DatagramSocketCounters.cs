namespace FastPath.Sockets;

/// <summary>Plain numbers written by the engine and read by anyone.</summary>
internal sealed class DatagramSocketCounters
{
    public long DatagramsReceived;
    public long DatagramsSent;

    /// <summary>
    /// System calls, or on the portable engine operations: datagrams divided by these tell how well batches fill.
    /// </summary>
    public long ReceiveCalls;
    public long SendCalls;

    /// <summary>Of the receive calls, those that found nothing: the price of polling, not of datagrams.</summary>
    public long ReceiveCallsEmpty;

    /// <summary>Buffers received in which the kernel had joined several datagrams.</summary>
    public long BuffersCoalesced;

    /// <summary>Buffers that a path did not take although it took their datagrams one by one.</summary>
    public long SegmentationRefusals;

    /// <summary>
    /// Transient errors: unreachable, refused, no buffer space. Those datagrams are lost, the socket lives.
    /// </summary>
    public long ReceiveErrors;
    public long SendErrors;

    /// <summary>Datagrams longer than the settings admit; dropped whole.</summary>
    public long ReceiveTooLong;

    /// <summary>Datagrams longer than the path or the socket takes.</summary>
    public long SendTooLong;

    /// <summary>Datagrams dropped because the kernel stayed full for longer than the settings' patience.</summary>
    public long SendsDropped;
}
