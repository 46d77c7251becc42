using System.CommandLine;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary>The second process of <c>bench throughput --processes 2</c>; people have no use for it.</summary>
internal static class ReceiverCommand
{
    private static readonly Option<int> Nodes = BenchOptions.Number(ReceiverCommands.Nodes, 1, "That take streams");

    public static Command Create()
    {
        var command = new Command(ReceiverCommands.Name, "Takes what another process sends") { Nodes };
        command.Hidden = true;
        LoopsOption.AddTo(command);
        NodeOptions.AddTo(command);
        command.Runs((parse, token) =>
        {
            int nodes = Values.InRange(parse, Nodes, 1, ThroughputCommand.ConnectionsMax);
            return ReceiverCommands.RunAsync(NodeOptions.Read(parse), nodes, LoopsOption.Read(parse, nodes), token);
        });
        return command;
    }
}
