using System.CommandLine;
using FastPath.Cli.Bench.Latency;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench latency</c>.</summary>
internal static class LatencyCommand
{
    private const int HopsMax = 16;
    private const int CountMax = 10_000_000;
    private const long SizeMax = 1_000_000_000;

    private static readonly Option<int> Hops = BenchOptions.Hops();
    private static readonly Option<int> Count = BenchOptions.Number("--count", 1_000, "Streams, one after the other");
    private static readonly Option<string> Size = BenchOptions.Size("--size", "64KiB", "Of each stream");
    private static readonly Option<bool> Compare = BenchOptions.Compare();

    public static Command Create()
    {
        var command = new Command("latency", "First byte of a short stream through idle nodes") { Hops, Count, Size, Compare };
        NodeOptions.AddTo(command);
        command.Runs(async (parse, token) =>
        {
            LatencyReport report = await LatencyBench.RunAsync(
                NodeOptions.Read(parse),
                Values.InRange(parse, Hops, 1, HopsMax),
                Values.InRange(parse, Count, 1, CountMax),
                Values.SizeInRange(parse, Size, 1, SizeMax),
                parse.GetValue(Compare),
                token).ConfigureAwait(false);
            report.Print(parse.GetValue(GlobalOptions.Json));
        });
        return command;
    }
}
