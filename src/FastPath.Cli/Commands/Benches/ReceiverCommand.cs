using System.CommandLine;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary>The second process of <c>bench throughput --processes 2</c>; people have no use for it.</summary>
internal static class ReceiverCommand
{
    public static Command Create()
    {
        var command = new Command(ReceiverCommands.Name, "Takes what another process sends") { Hidden = true };
        NodeOptions.AddTo(command);
        command.Runs((parse, token) => ReceiverCommands.RunAsync(NodeOptions.Read(parse), token));
        return command;
    }
}
