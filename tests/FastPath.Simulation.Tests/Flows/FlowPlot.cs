using FastPath.Simulation.Flows;
using ScottPlot;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Traces of flows over one bottleneck as a picture: goodput, window, round trip and queue, one above the other.</summary>
internal static class FlowPlot
{
    private const int Width = 1_200;
    private const int HeightOfEach = 320;

    /// <param name="path">Of the PNG file.</param>
    /// <param name="traces">By the name that the legend shows.</param>
    public static void Save(string path, IReadOnlyDictionary<string, FlowTrace> traces)
    {
        var multi = new Multiplot();
        multi.AddPlots(4);
        Draw(multi.GetPlot(0), "goodput, Mbit/s", traces, sample => sample.GoodputBytesPerSecond / 125_000);
        Draw(multi.GetPlot(1), "window, kB", traces, sample => sample.WindowBytes / 1e3);
        Draw(multi.GetPlot(2), "round trip, ms", traces, sample => sample.RoundTrip.Milliseconds);
        Draw(multi.GetPlot(3), "queue, ms", traces, sample => sample.QueueWait.Milliseconds);
        multi.SavePng(path, Width, 4 * HeightOfEach);
    }

    private static void Draw(
        Plot plot, string label, IReadOnlyDictionary<string, FlowTrace> traces, Func<FlowSample, double> value)
    {
        foreach ((string name, FlowTrace trace) in traces)
        {
            var line = plot.Add.ScatterLine(
                trace.Samples.Select(sample => sample.Time.Seconds).ToArray(), trace.Samples.Select(value).ToArray());
            line.LegendText = name;
        }

        plot.YLabel(label);
        plot.XLabel("s");
        plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
        plot.ShowLegend();
    }
}
