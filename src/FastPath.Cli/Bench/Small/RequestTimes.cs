using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;

namespace FastPath.Cli.Bench.Small;

/// <summary>Many requests, each answered.</summary>
/// <param name="Microseconds">Round trips, in order of size.</param>
/// <param name="Seconds">From the first request to the last answer.</param>
internal sealed record RequestTimes(double[] Microseconds, double Seconds)
{
    private const double Half = 0.5;
    private const double AllButOneInAHundred = 0.99;

    public double P50 => Figures.Percentile(Microseconds, Half);

    private double P99 => Figures.Percentile(Microseconds, AllButOneInAHundred);

    private double PerSecond => Microseconds.Length / Seconds;

    /// <summary>Several blocks of requests as one.</summary>
    public static RequestTimes Of(IEnumerable<RequestTimes> blocks)
    {
        RequestTimes[] all = [.. blocks];
        double[] microseconds = [.. all.SelectMany(block => block.Microseconds)];
        Array.Sort(microseconds);
        return new RequestTimes(microseconds, all.Sum(block => block.Seconds));
    }

    public JsonObject ToJson() => new()
    {
        ["rtt_us_p50"] = P50,
        ["rtt_us_p99"] = P99,
        ["requests_per_s"] = PerSecond,
    };

    public void AddTo(FigureTable table, string name) =>
        table.Add(name, $"{P50:0.0} us", $"p99 {P99:0.0} us, {PerSecond:0} a second");
}
