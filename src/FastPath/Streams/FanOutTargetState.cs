namespace FastPath.Streams;

/// <summary>Where one of several targets stands. A value: looking as often as one likes allocates nothing.</summary>
/// <param name="AcknowledgedBytes">Taken: acknowledged by the peer, or read by the reader, without a gap.</param>
/// <param name="LagBytes">Behind what has come in.</param>
/// <param name="SpilledBytes">Of these, how many wait in its spill file.</param>
/// <param name="HasEnded">It has everything, or takes nothing more.</param>
/// <param name="Error">Why it has not everything; null while it lives, and when it has.</param>
public readonly record struct FanOutTargetState(
    long AcknowledgedBytes,
    long LagBytes,
    long SpilledBytes,
    bool HasEnded,
    FastPathError? Error);
