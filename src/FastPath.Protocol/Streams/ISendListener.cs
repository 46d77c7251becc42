namespace FastPath.Protocol.Streams;

/// <summary>Told of one outgoing stream, on the loop thread; it may mark and signal, and does no work of its own.</summary>
internal interface ISendListener
{
    /// <summary>The next hop has acknowledged more bytes, so slots are free.</summary>
    void OnAcknowledged(SendStream stream);

    /// <summary>Exactly once: every byte and the end are acknowledged (None), or why not.</summary>
    void OnSendEnded(SendStream stream, StreamErrorCode code);
}
