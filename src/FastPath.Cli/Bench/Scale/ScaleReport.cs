using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Bench.Throughput;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Scale;

/// <summary>What <c>bench scale</c> measured.</summary>
/// <param name="Active">Connections at work at once in the run.</param>
/// <param name="Threads">Of the nodes that these lead to.</param>
/// <param name="Connection">An idle connection, one end.</param>
/// <param name="Stream">Bytes an idle stream, both ends.</param>
internal sealed record ScaleReport(
    JsonObject Document,
    int Connections,
    int Streams,
    int Active,
    int Threads,
    long Bytes,
    IdleConnectionFigures Connection,
    double Stream,
    ThroughputRun Run,
    MachineLimits Limits)
{
    private double Goodput => Bytes / 1e6 / Run.Seconds;

    public void Print(bool json)
    {
        if (!json)
        {
            var table = new FigureTable();
            table.Add(
                "an idle connection",
                Sizes.Format((long)(Connection.Managed + Connection.Native)),
                $"{Connection.Managed:0} B managed, {Connection.Native:0} B native; of {Connections}, one end");
            table.Add(
                "a handshake",
                $"{Connection.Handshake.TotalMilliseconds:0.00} ms",
                $"{Connection.HandshakeBusy.TotalMilliseconds:0.00} ms of processor time, both ends");
            table.Add("an idle stream", Sizes.Format((long)Stream), $"of {Streams}, both ends");
            table.Add("goodput", $"{Goodput:0} MB/s", $"{Sizes.Format(Bytes)} on {Active} connections, {Streams} streams each");
            table.Add("fairness", $"{Figures.Fairness(Run.Shares):0.000}", "Jain's index over all streams when the first one ends");
            Limits.AddTo(table);
            table.Print();
            return;
        }

        JsonObject document = Document;
        document["connections"] = Connections;
        document["streams"] = Streams;
        document["active_connections"] = Active;
        document["receiver_threads"] = Threads;
        document["bytes"] = Bytes;
        document["bytes_per_idle_connection"] = Connection.Managed + Connection.Native;
        document["managed_bytes_per_idle_connection"] = Connection.Managed;
        document["native_bytes_per_idle_connection"] = Connection.Native;
        document["handshake_ms"] = Connection.Handshake.TotalMilliseconds;
        document["handshake_cpu_ms"] = Connection.HandshakeBusy.TotalMilliseconds;
        document["bytes_per_idle_stream"] = Stream;
        document["goodput_mb_s"] = Goodput;
        document["fairness_jain"] = Figures.Fairness(Run.Shares);
        Limits.AddTo(document);
        Console.WriteLine(document.ToJsonString());
    }
}
