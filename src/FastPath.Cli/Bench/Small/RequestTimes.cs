using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;

namespace FastPath.Cli.Bench.Small;

/// <summary>Many requests, each answered.</summary>
/// <param name="Microseconds">Round trips, in order of size.</param>
/// <param name="PerSecond">How many were answered in a second.</param>
internal sealed record RequestTimes(double[] Microseconds, double PerSecond)
{
    private const double Half = 0.5;
    private const double AllButOneInAHundred = 0.99;

    private double P50 => Figures.Percentile(Microseconds, Half);

    private double P99 => Figures.Percentile(Microseconds, AllButOneInAHundred);

    public JsonObject ToJson() => new()
    {
        ["rtt_us_p50"] = P50,
        ["rtt_us_p99"] = P99,
        ["requests_per_s"] = PerSecond,
    };

    public void AddTo(FigureTable table, string name) =>
        table.Add(name, $"{P50:0.0} us", $"p99 {P99:0.0} us, {PerSecond:0} a second");
}
