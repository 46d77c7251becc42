namespace FastPath.Streams;

/// <summary>How far an outgoing stream has come. A value: looking as often as one likes allocates nothing.</summary>
/// <remarks>Each number is right on its own; they are read one after the other while the stream goes on.</remarks>
/// <param name="WrittenBytes">Lie in the stream's ring, or have passed it.</param>
/// <param name="SentBytes">Have left in a packet at least once.</param>
/// <param name="AcknowledgedBytes">The next hop has, without a gap.</param>
/// <param name="TotalBytes">Announced at the opening, or known since the end was written; null otherwise.</param>
/// <param name="BytesPerSecond">At which bytes were acknowledged lately; sinks towards 0 while none are.</param>
/// <param name="SinceProgress">Since the next hop last acknowledged a new byte, or since the opening.</param>
public readonly record struct OutgoingProgress(
    long WrittenBytes,
    long SentBytes,
    long AcknowledgedBytes,
    long? TotalBytes,
    double BytesPerSecond,
    TimeSpan SinceProgress);
