namespace FastPath.Streams;

/// <summary>How far a pipe has come. A value: looking as often as one likes allocates nothing.</summary>
/// <param name="PipedBytes">From the start on, without a gap.</param>
/// <param name="BufferedBytes">Not yet taken off the ring by every live target.</param>
/// <param name="TotalBytes">Of the payload.</param>
/// <param name="Waiting">Fragments that wait for the window.</param>
/// <param name="LiveTargets">Targets that still take bytes.</param>
public readonly record struct PipeProgress(
    long PipedBytes,
    long BufferedBytes,
    long TotalBytes,
    int Waiting,
    int LiveTargets);
