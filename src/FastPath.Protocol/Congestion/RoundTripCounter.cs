namespace FastPath.Protocol.Congestion;

/// <summary>Counts round trips by packets: one is over when something sent after its start has been acknowledged.</summary>
internal struct RoundTripCounter
{
    private long _endsAtDelivered;

    public long Count { get; private set; }

    /// <summary>The round trip that now runs begins here, whatever was in flight before.</summary>
    public void Restart(long deliveredBytes) => _endsAtDelivered = deliveredBytes;

    /// <returns>True when a new round trip begins with this ACK.</returns>
    public bool OnAcknowledged(in AckSample ack)
    {
        if (ack.DeliveredAtSendBytes < _endsAtDelivered)
        {
            return false;
        }

        _endsAtDelivered = ack.DeliveredBytes;
        Count++;
        return true;
    }
}
