namespace FastPath.Protocol.Streams;

/// <summary>Told of one incoming stream, on the loop thread; it may mark and signal, and does no work of its own.</summary>
internal interface IReceiveListener
{
    /// <summary>Told of bytes as they come, also where others are told of verified groups alone.</summary>
    bool TakesUnverified => false;

    /// <summary>New bytes lie in the ring, not always at its frontier.</summary>
    void OnStored(ReceiveStream stream, long start, long end);

    /// <summary>Exactly once: every byte has come (None), or why not. What had come stays readable.</summary>
    void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code);
}
