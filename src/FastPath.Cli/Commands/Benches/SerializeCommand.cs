using System.CommandLine;
using FastPath.Cli.Bench.Serialize;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench serialize</c>: in memory, so it takes no option of a node.</summary>
internal static class SerializeCommand
{
    private const long SizeMax = 1_000_000_000;

    private static readonly Option<string> Size = BenchOptions.Size("--size", "10MB", "Bytes of code");

    public static Command Create()
    {
        var command = new Command("serialize", "Write, parse and hash a contract in memory") { Size };
        command.Runs((parse, _) =>
        {
            SerializeBench.Run((int)Values.SizeInRange(parse, Size, 1, SizeMax)).Print(parse.GetValue(GlobalOptions.Json));
            return Task.CompletedTask;
        });
        return command;
    }
}
