namespace FastPath.Sockets;

/// <summary>Plain numbers written by the engine and read by anyone.</summary>
internal sealed class DatagramSocketCounters
{
    public long DatagramsReceived;
    public long DatagramsSent;

    /// <summary>Transient errors: unreachable, refused, no buffer space. Those datagrams are lost, the socket lives.</summary>
    public long ReceiveErrors;
    public long SendErrors;

    /// <summary>Datagrams longer than the settings admit; dropped whole.</summary>
    public long ReceiveTooLong;

    /// <summary>Datagrams longer than the path or the socket takes.</summary>
    public long SendTooLong;

    /// <summary>Datagrams dropped because the kernel stayed full for longer than the settings' patience.</summary>
    public long SendsDropped;
}
