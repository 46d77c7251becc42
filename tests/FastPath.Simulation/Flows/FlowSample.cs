using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>A flow and its bottleneck at one moment.</summary>
/// <param name="Time">Since the trace began.</param>
/// <param name="WindowBytes">Congestion window of the sender.</param>
/// <param name="FlightBytes">In flight, on the wire.</param>
/// <param name="PacingBytesPerSecond">0 while only the window holds packets back.</param>
/// <param name="RoundTrip">Smoothed.</param>
/// <param name="QueueWait">What the newest datagram of the bottleneck, of any flow, had to wait.</param>
/// <param name="GoodputBytesPerSecond">Payload that the receiver has read since the sample before.</param>
/// <param name="PacketsLost">In all, as the sender sees it.</param>
internal readonly record struct FlowSample(
    Duration Time,
    long WindowBytes,
    long FlightBytes,
    long PacingBytesPerSecond,
    Duration RoundTrip,
    Duration QueueWait,
    double GoodputBytesPerSecond,
    long PacketsLost);
