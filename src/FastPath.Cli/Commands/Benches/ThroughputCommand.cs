using System.CommandLine;
using FastPath.Cli.Bench.Throughput;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands.Benches;

/// <summary><c>fastpath bench throughput</c>.</summary>
internal static class ThroughputCommand
{
    private const long BytesMax = 1_000_000_000_000;
    private const int StreamsMax = 256;
    public const int ConnectionsMax = 64;
    private const int RunsMax = 1_000;

    private static readonly Option<string> Bytes = BenchOptions.Size("--bytes", "1GB", "Of one run, over all streams");
    private static readonly Option<int> Processes = BenchOptions.Number("--processes", 1, "2: the receiver in a process of its own");
    private static readonly Option<int> Streams = BenchOptions.Number("--streams", 1, "At once on each connection");
    private static readonly Option<int> Connections = BenchOptions.Number("--connections", 1, "At once, each to a node of its own");
    private static readonly Option<bool> Warm = new("--warm")
    {
        Description = "One untimed transfer first, on the connection that is measured",
    };

    private static readonly Option<int> Runs = BenchOptions.Runs(3);
    private static readonly Option<bool> Compare = BenchOptions.Compare();
    private static readonly Option<string> Limits = BenchOptions.Limits();

    public static Command Create()
    {
        var command = new Command("throughput", "Many bytes from one node to another")
        {
            Bytes, Processes, Streams, Connections, Warm, Runs, Compare, Limits,
        };
        LoopsOption.AddTo(command);
        NodeOptions.AddTo(command);
        command.Runs(async (parse, token) =>
        {
            int connections = Values.InRange(parse, Connections, 1, ConnectionsMax);
            var settings = new ThroughputSettings(
                Values.SizeInRange(parse, Bytes, 1, BytesMax),
                Values.InRange(parse, Processes, 1, 2),
                Values.InRange(parse, Streams, 1, StreamsMax),
                connections,
                LoopsOption.Read(parse, connections),
                parse.GetValue(Warm),
                Values.InRange(parse, Runs, 1, RunsMax),
                parse.GetValue(Compare),
                Values.Switch(parse, Limits),
                NodeOptions.Read(parse),
                NodeOptions.ToArguments(parse));
            ThroughputReport report = await new ThroughputBench(settings).RunAsync(token).ConfigureAwait(false);
            report.Print(parse.GetValue(GlobalOptions.Json));
        });
        return command;
    }
}
