using System.CommandLine;
using FastPath.Cli.Bench.Relay;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench relay</c>.</summary>
internal static class RelayCommand
{
    private const int HopsMax = 16;
    private const int RunsMax = 10_000;
    private const long SizeMax = 1_000_000_000_000;

    private static readonly Option<string> Size = BenchOptions.Size("--size", "10MB", "Of each transfer");
    private static readonly Option<int> Hops = BenchOptions.Hops();
    private static readonly Option<int> Runs = BenchOptions.Runs(5);
    private static readonly Option<bool> Compare = BenchOptions.Compare();
    private static readonly Option<string> Limits = BenchOptions.Limits();

    public static Command Create()
    {
        var command = new Command("relay", "A large stream through relays that pass it on as it comes")
        {
            Size, Hops, Runs, Compare, Limits,
        };
        NodeOptions.AddTo(command);
        command.Runs(async (parse, token) =>
        {
            RelayReport report = await RelayBench.RunAsync(
                NodeOptions.Read(parse),
                Values.SizeInRange(parse, Size, 1, SizeMax),
                Values.InRange(parse, Hops, 1, HopsMax),
                Values.InRange(parse, Runs, 1, RunsMax),
                parse.GetValue(Compare),
                Values.Switch(parse, Limits),
                token).ConfigureAwait(false);
            report.Print(parse.GetValue(GlobalOptions.Json));
        });
        return command;
    }
}
