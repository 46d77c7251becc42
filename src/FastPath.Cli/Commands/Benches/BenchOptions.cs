using System.CommandLine;
using FastPath.Cli.Output;

namespace FastPath.Cli.Commands.Benches;

/// <summary>Options and behaviour that several measurements share.</summary>
internal static class BenchOptions
{
    public static Option<bool> Compare() => new("--compare") { Description = "TCP and TLS on the same work in the same run" };

    /// <summary>For comparing two builds: what the machine allows is the same for both.</summary>
    public static Option<string> Limits() => new("--limits")
    {
        Description = "off: do not measure what the machine allows",
        DefaultValueFactory = _ => "on",
    };

    public static Option<int> Runs(int standard) => new("--runs")
    {
        Description = "Timed runs; what is reported is their median",
        DefaultValueFactory = _ => standard,
    };

    public static Option<int> Hops() => new("--hops")
    {
        Description = "Links: three are four nodes, two of them relays",
        DefaultValueFactory = _ => 3,
    };

    public static Option<string> Size(string name, string standard, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
    };

    public static Option<int> Number(string name, int standard, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
    };

    public static void Runs(this Command command, Func<ParseResult, CancellationToken, Task> body) =>
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => body(parse, t), token));
}
