using System.CommandLine;
using FastPath.Cli.Bench.Mission;
using FastPath.Cli.Parsing;
using FastPath.Options;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench mission</c>: ends with 1 when a goal is missed.</summary>
internal static class MissionCommand
{
    private const int RunsMax = 1_000;

    private static readonly Option<int> Runs = BenchOptions.Runs(10);

    public static Command Create()
    {
        var command = new Command("mission", "Everything that streaming is for, each with its goal; fails when one is missed") { Runs };
        NodeOptions.AddTo(command);
        command.Runs(async (parse, token) =>
        {
            FastPathOptions options = NodeOptions.Read(parse);
            if (options.Streaming != FastPathStreaming.On)
            {
                throw new CommandException(
                    ExitCode.Usage, $"--streaming '{options.Streaming}': what is measured is streaming; expected on");
            }

            bool json = parse.GetValue(GlobalOptions.Json);
            var bench = new MissionBench(options, Values.InRange(parse, Runs, 1, RunsMax), Say);
            MissionReport report = await bench.RunAsync(token).ConfigureAwait(false);
            report.Print(json);
            report.ThrowIfMissed();

            void Say(string what)
            {
                if (!json)
                {
                    Console.WriteLine(what);
                }
            }
        });
        return command;
    }
}
