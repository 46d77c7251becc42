using System.CommandLine;
using FastPath.Cli.Bench.Reassembly;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench reassembly</c>: in memory, so it takes no option of a node.</summary>
internal static class ReassemblyCommand
{
    private const long SizeMax = 1_000_000_000;

    private static readonly Option<string> Size = BenchOptions.Size("--size", "5MB", "Of the payload");

    public static Command Create()
    {
        var command = new Command("reassembly", "Put a payload together from fragments in memory") { Size };
        command.Runs((parse, _) =>
        {
            ReassemblyBench.Run((int)Values.SizeInRange(parse, Size, 1, SizeMax)).Print(parse.GetValue(GlobalOptions.Json));
            return Task.CompletedTask;
        });
        return command;
    }
}
