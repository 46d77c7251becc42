using System.CommandLine;
using FastPath.Cli.Bench.Small;
using FastPath.Cli.Parsing;
using FastPath.Options;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench small</c>.</summary>
internal static class SmallCommand
{
    // With what sealing adds it fits the longest datagram, so that the echo is one, and messages are not longer by default.
    private const int SizeMax = 64_512;
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
            FastPathOptions options = NodeOptions.Read(parse);
            if (options.Streaming == FastPathStreaming.Off)
            {
                throw new CommandException(ExitCode.Usage, "--streaming 'off': that is measured beside it; expected shadow, opt-in or on");
            }

            SmallReport report = await SmallBench.RunAsync(
                options,
                (int)Values.SizeInRange(parse, Size, 0, SizeMax),
                Values.InRange(parse, Count, 1, CountMax),
                Values.InRange(parse, Concurrency, 1, ConcurrencyMax),
                token).ConfigureAwait(false);
            report.Print(parse.GetValue(GlobalOptions.Json));
        });
        return command;
    }
}
