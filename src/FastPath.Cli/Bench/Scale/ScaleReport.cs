using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Bench.Throughput;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Scale;

/// <summary>What <c>bench scale</c> measured.</summary>
/// <param name="Active">Connections at work at once in the run.</param>
/// <param name="ConnectionManaged">Bytes of the managed heap an idle connection, one end.</param>
/// <param name="ConnectionNative">Resident bytes outside of it an idle connection, one end: keys above all.</param>
/// <param name="Stream">Bytes an idle stream, both ends.</param>
internal sealed record ScaleReport(
    JsonObject Document,
    int Connections,
    int Streams,
    int Active,
    long Bytes,
    double ConnectionManaged,
    double ConnectionNative,
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
                Sizes.Format((long)(ConnectionManaged + ConnectionNative)),
                $"{ConnectionManaged:0} B managed, {ConnectionNative:0} B native; of {Connections}, one end");
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
        document["bytes"] = Bytes;
        document["bytes_per_idle_connection"] = ConnectionManaged + ConnectionNative;
        document["managed_bytes_per_idle_connection"] = ConnectionManaged;
        document["native_bytes_per_idle_connection"] = ConnectionNative;
        document["bytes_per_idle_stream"] = Stream;
        document["goodput_mb_s"] = Goodput;
        document["fairness_jain"] = Figures.Fairness(Run.Shares);
        Limits.AddTo(document);
        Console.WriteLine(document.ToJsonString());
    }
}
