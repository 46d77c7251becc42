using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>What a run looked like, as numbers and as a picture.</summary>
public sealed class FlowTraceTests
{
    private const long Rate = 1_250_000;
    private static readonly LinkModel Link = new()
    {
        Delay = Duration.FromMilliseconds(20),
        RateBytesPerSecond = Rate,
        QueueBytes = (long)(Rate * 0.1),
    };

    [Fact]
    public void A_trace_tells_of_window_round_trip_queue_and_goodput_over_time()
    {
        FlowTrace trace = Run(CongestionAlgorithm.Cubic)["Cubic 1"];
        FlowSample last = trace.Samples[^1];
        Assert.True(trace.Samples.Count > 100);
        Assert.Contains(trace.Samples, sample => sample.QueueWait >= Duration.FromMilliseconds(50));
        Assert.InRange(trace.Samples.Average(sample => sample.GoodputBytesPerSecond), 0.7 * Rate, Rate);
        Assert.InRange(last.RoundTrip.Milliseconds, 40, 145);
        Assert.True(last.WindowBytes > Rate / 50);

        var text = new StringWriter { NewLine = "\n" };
        trace.WriteCsv(text);
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(trace.Samples.Count + 1, lines.Length);
        Assert.All(lines, line => Assert.Equal(8, line.Split(',').Length));
    }

    [OnDemandFact(OnDemandFactAttribute.TraceDirectory)]
    public void Traces_of_flows_are_written_as_numbers_and_pictures()
    {
        string directory = Environment.GetEnvironmentVariable(OnDemandFactAttribute.TraceDirectory)!;
        Directory.CreateDirectory(directory);
        foreach (CongestionAlgorithm algorithm in Enum.GetValues<CongestionAlgorithm>())
        {
            Write(directory, $"{algorithm}", Run(algorithm));
            Write(directory, $"{algorithm}-beside-Cubic", Run(algorithm, CongestionAlgorithm.Cubic));
        }
    }

    private static void Write(string directory, string name, Dictionary<string, FlowTrace> traces)
    {
        foreach ((string flow, FlowTrace trace) in traces)
        {
            using var writer = new StreamWriter(Path.Combine(directory, $"{name}, {flow}.csv")) { NewLine = "\n" };
            trace.WriteCsv(writer);
        }

        FlowPlot.Save(Path.Combine(directory, $"{name}.png"), traces);
    }

    /// <summary>Flows over 10 Mbit/s, 40 ms and a queue of 100 ms, each two seconds after the one before.</summary>
    private static Dictionary<string, FlowTrace> Run(params CongestionAlgorithm[] algorithms)
    {
        var path = new SimulatedBottleneck(1, Link);
        var traces = new Dictionary<string, FlowTrace>();
        foreach (CongestionAlgorithm algorithm in algorithms)
        {
            SimulatedFlow flow = path.Add(SimulatedBottleneck.SettingsFor(algorithm));
            traces.Add($"{algorithm} {traces.Count + 1}", new FlowTrace(path, flow, Duration.FromMilliseconds(50)));
            flow.Send(new byte[Rate * 40]);
            path.World.RunFor(Duration.FromSeconds(2));
        }

        path.World.RunFor(Duration.FromSeconds(18));
        return traces;
    }
}
