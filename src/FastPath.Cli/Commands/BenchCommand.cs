using System.CommandLine;
using FastPath.Cli.Bench;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath bench NAME</c>: one measurement.</summary>
internal static class BenchCommand
{
    private const long SizeMax = 1_000_000_000;

    private static readonly Option<string> Size = new("--size")
    {
        Description = "Bytes of code",
        DefaultValueFactory = _ => "10MB",
    };

    public static Command Create()
    {
        var serialize = new Command("serialize", "Write, parse and hash a contract in memory") { Size };
        serialize.SetAction((parse, token) => CommandRunner.RunAsync(
            parse,
            _ =>
            {
                long size = Sizes.Parse("--size", parse.GetValue(Size)!);
                if (size is < 1 or > SizeMax)
                {
                    throw new CommandException(ExitCode.Usage, $"--size {size}: expected 1 to {SizeMax} bytes");
                }

                SerializeBench.Run((int)size).Print(parse.GetValue(GlobalOptions.Json));
                return Task.CompletedTask;
            },
            token));
        var bench = new Command("bench", "Measure one thing: serialize is the only one that is built") { serialize };
        return bench;
    }
}
