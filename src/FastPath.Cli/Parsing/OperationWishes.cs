using System.CommandLine;
using FastPath.Contracts;
using FastPath.Options;

namespace FastPath.Cli.Parsing;

/// <summary>Wishes of one operation, shared by put and get.</summary>
internal static class OperationWishes
{
    private static readonly Option<bool> Stream = new("--stream")
    {
        Description = "Stream this one also at nodes whose stage is opt-in",
    };

    public static void AddTo(Command command) => command.Add(Stream);

    public static OperationOptions Read(ParseResult parse, FastPathOptions options)
    {
        bool isStreamed = parse.GetValue(Stream);
        return isStreamed && !options.StreamingEnabled
            ? throw new CommandException(ExitCode.Usage, $"--stream: nothing is streamed at the stage {options.Streaming}; expected --streaming opt-in or on")
            : new OperationOptions { Streaming = isStreamed };
    }
}
