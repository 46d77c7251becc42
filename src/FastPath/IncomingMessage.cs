namespace FastPath;

/// <summary>A message of a peer.</summary>
public sealed class IncomingMessage
{
    private readonly Action? _onTaken;

    internal IncomingMessage(FastPathPeer peer, ReadOnlyMemory<byte> bytes, Action? onTaken)
    {
        Peer = peer;
        Bytes = bytes;
        _onTaken = onTaken;
    }

    /// <summary>Who sent it.</summary>
    public FastPathPeer Peer { get; }

    /// <summary>The message.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    internal void Take() => _onTaken?.Invoke();
}
