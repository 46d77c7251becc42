namespace FastPath.Cli.Bench.Reassembly;

/// <summary>One payload put together.</summary>
/// <param name="MegabytesPerSecond">Of the whole, making the ring included.</param>
/// <param name="PeakBufferedBytes">Most bytes that waited above a hole.</param>
/// <param name="FirstFragmentMicroseconds">From the first arrival to the first byte in the reader's memory.</param>
/// <param name="AllocatedBytes">By the whole.</param>
internal readonly record struct ReassemblyRound(
    double MegabytesPerSecond, long PeakBufferedBytes, double FirstFragmentMicroseconds, long AllocatedBytes);
