namespace FastPath.Streams;

/// <summary>How far an incoming stream has come. A value: looking as often as one likes allocates nothing.</summary>
/// <remarks>Each number is right on its own; they are read one after the other while the stream goes on.</remarks>
/// <param name="ReceivedBytes">From the start on, without a gap.</param>
/// <param name="ArrivedBytes">With those that wait above a hole.</param>
/// <param name="ReadBytes">Given to this handle's reader.</param>
/// <param name="TotalBytes">Of the whole payload; null while only the end will tell.</param>
/// <param name="Holes">Gaps below the highest byte that has come.</param>
/// <param name="BytesPerSecond">At which bytes arrived lately; sinks towards 0 while none do.</param>
/// <param name="SinceProgress">Since the last new byte came, or since the opening.</param>
public readonly record struct StreamProgress(
    long ReceivedBytes,
    long ArrivedBytes,
    long ReadBytes,
    long? TotalBytes,
    int Holes,
    double BytesPerSecond,
    TimeSpan SinceProgress);
