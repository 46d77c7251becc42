using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>Told of one outgoing stream, on the loop thread; it may mark and signal, and does no work of its own.</summary>
internal interface ISendListener
{
    /// <summary>The next hop has acknowledged more bytes, so slots are free.</summary>
    void OnAcknowledged(SendStream stream);

    /// <summary>Whoever fills the ring may be kept waiting for a moment while other streams keep the loop busy.</summary>
    bool FillsInTurn => false;

    /// <summary>The stream has nothing more to send, or waits for credit: it takes no turns until it has.</summary>
    void OnLeftTurns(SendStream stream)
    {
    }

    /// <summary>Everything written so far is acknowledged, and nothing has come for a while; told again and again.</summary>
    void OnIdle(SendStream stream)
    {
    }

    /// <summary>Exactly once: every byte and the end are acknowledged (None), or why not.</summary>
    void OnSendEnded(SendStream stream, StreamErrorCode code);

    /// <summary>The receiver wants what was offered, from <see cref="SendStream.AcceptedFrom"/> on.</summary>
    void OnAccepted(SendStream stream, Instant now)
    {
    }

    /// <summary>The destination has consumed or committed the payload; may come after the end.</summary>
    void OnDelivered(SendStream stream, DeliveryLevel level)
    {
    }

    /// <summary>After the end of a stream that wanted reports: none will come any more.</summary>
    void OnReportsEnded(SendStream stream)
    {
    }
}
