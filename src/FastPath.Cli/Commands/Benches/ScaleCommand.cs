using System.CommandLine;
using FastPath.Cli.Bench.Scale;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench scale</c>.</summary>
internal static class ScaleCommand
{
    private const int ConnectionsMax = 1_000_000;
    private const int StreamsMax = 255;
    private const long BytesMax = 1_000_000_000_000;

    private static readonly Option<int> Connections = BenchOptions.Number("--connections", 100, $"Idle ones; up to {ThroughputCommand.ConnectionsMax} are then set to work");
    private static readonly Option<int> Streams = BenchOptions.Number("--streams", 16, "On each connection at work, and idle on one");
    private static readonly Option<string> Bytes = BenchOptions.Size("--bytes", "200MB", "Over all streams");

    public static Command Create()
    {
        var command = new Command("scale", "What idle connections and streams keep, and how busy ones share")
        {
            Connections, Streams, Bytes,
        };
        LoopsOption.AddTo(command);
        NodeOptions.AddTo(command);
        command.Runs(async (parse, token) =>
        {
            int connections = Values.InRange(parse, Connections, 1, ConnectionsMax);
            int active = Math.Min(connections, ThroughputCommand.ConnectionsMax);
            ScaleReport report = await ScaleBench.RunAsync(
                NodeOptions.Read(parse),
                connections,
                active,
                LoopsOption.Read(parse, active),
                Values.InRange(parse, Streams, 1, StreamsMax),
                Values.SizeInRange(parse, Bytes, 1, BytesMax),
                token).ConfigureAwait(false);
            report.Print(parse.GetValue(GlobalOptions.Json));
        });
        return command;
    }
}
