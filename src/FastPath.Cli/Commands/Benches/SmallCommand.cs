using System.CommandLine;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Bench.Small;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench small</c>.</summary>
internal static class SmallCommand
{
    private const int CountMax = 100_000_000;
    private const int ConcurrencyMax = 4_096;

    private static readonly Option<string> Size = BenchOptions.Size("--size", "1KB", "Of each request and its answer");
    private static readonly Option<int> Count = BenchOptions.Number("--count", 100_000, "Requests");
    private static readonly Option<int> Concurrency = BenchOptions.Number("--concurrency", 1, "Requests that wait for their answer at once");

    public static Command Create()
    {
        var command = new Command("small", "Short requests and their answers") { Size, Count, Concurrency };
        NodeOptions.AddTo(command);
        command.Runs(async (parse, token) =>
        {
            SmallReport report = await SmallBench.RunAsync(
                NodeOptions.Read(parse),
                (int)Values.SizeInRange(parse, Size, 0, Payload.BlockBytes),
                Values.InRange(parse, Count, 1, CountMax),
                Values.InRange(parse, Concurrency, 1, ConcurrencyMax),
                token).ConfigureAwait(false);
            report.Print(parse.GetValue(GlobalOptions.Json));
        });
        return command;
    }
}
