using System.Globalization;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>Window, flight, pace, round trip, queue and goodput of one flow over time, from its creation on.</summary>
internal sealed class FlowTrace
{
    private const string Header =
        "time_ms,window_bytes,flight_bytes,pacing_bytes_s,round_trip_ms,queue_ms,goodput_bytes_s,packets_lost";

    private readonly List<FlowSample> _samples = [];
    private readonly SimulatedBottleneck _path;
    private readonly SimulatedFlow _flow;
    private readonly Duration _interval;
    private readonly Instant _start;
    private Instant _sampledAt;
    private long _bytesRead;

    /// <param name="interval">Between samples at least: one is taken in a turn of the world, when something happens.</param>
    public FlowTrace(SimulatedBottleneck path, SimulatedFlow flow, Duration interval)
    {
        _path = path;
        _flow = flow;
        _interval = interval;
        _start = path.World.Now;
        _sampledAt = _start;
        _bytesRead = flow.BytesRead;
        path.World.Turned += _ => SampleIfDue();
    }

    public IReadOnlyList<FlowSample> Samples => _samples;

    /// <summary>A line of names with their units, then a line a sample; decimal points whatever the culture.</summary>
    public void WriteCsv(TextWriter writer)
    {
        writer.WriteLine(Header);
        foreach (FlowSample sample in _samples)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.Time.Milliseconds:0.###},{sample.WindowBytes},{sample.FlightBytes},{sample.PacingBytesPerSecond},{sample.RoundTrip.Milliseconds:0.###},{sample.QueueWait.Milliseconds:0.###},{sample.GoodputBytesPerSecond:0},{sample.PacketsLost}"));
        }
    }

    private void SampleIfDue()
    {
        Duration elapsed = _path.World.Now - _sampledAt;
        if (elapsed < _interval)
        {
            return;
        }

        LossRecovery recovery = _flow.Connection.Recovery;
        long bytesRead = _flow.BytesRead;
        _samples.Add(new FlowSample(
            _path.World.Now - _start,
            recovery.Congestion.WindowBytes,
            recovery.BytesInFlight,
            recovery.PacingBytesPerSecond,
            recovery.Rtt.Smoothed,
            _path.Link.NewestWait,
            (bytesRead - _bytesRead) / elapsed.Seconds,
            recovery.PacketsLost));
        _bytesRead = bytesRead;
        _sampledAt = _path.World.Now;
    }
}
