namespace FastPath.Protocol.Streams;

/// <summary>How far a payload has got, as its sender knows it: never more than the truth (scenario A6).</summary>
internal enum DeliveryLevel : byte
{
    /// <summary>Some of it is not written yet, or waits for credit, window or pacing.</summary>
    Queued = 0,

    /// <summary>All of it has left in packets.</summary>
    Sent = 1,

    /// <summary>The next hop's transport has acknowledged all of it.</summary>
    Acknowledged = 2,

    /// <summary>The application at the final destination has read all of it.</summary>
    Consumed = 3,

    /// <summary>The application at the final destination has said that it has it safe.</summary>
    Committed = 4,
}
