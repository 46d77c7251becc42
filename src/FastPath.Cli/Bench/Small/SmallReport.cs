using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Small;

/// <summary>What <c>bench small</c> measured.</summary>
/// <param name="Usage">Of the process, both nodes that stream, for their requests alone.</param>
internal sealed record SmallReport(JsonObject Document, int Size, int Concurrency, IReadOnlyList<SmallRound> Rounds, Usage Usage)
{
    private readonly RequestTimes _on = RequestTimes.Of(Rounds.Select(round => round.On));
    private readonly RequestTimes _off = RequestTimes.Of(Rounds.Select(round => round.Off));
    private readonly RequestTimes _echo = RequestTimes.Of(Rounds.Select(round => round.Echo));

    /// <summary>Median of the rounds: above 1 where streaming makes short requests slower.</summary>
    public double OnToOff => Figures.Median(Rounds.Select(round => round.OnToOff));

    /// <summary>Median of the rounds.</summary>
    public double OnToEcho => Figures.Median(Rounds.Select(round => round.OnToEcho));

    public double P50 => _on.P50;

    public double OffP50 => _off.P50;

    public double EchoP50 => _echo.P50;

    private int Count => _on.Microseconds.Length;

    private double Allocated => Usage.AllocatedBytes / (double)Count;

    private double Packets => Usage.Packets / (double)Count;

    private double DatagramsPerCall => Usage.Datagrams / (double)Math.Max(1, Usage.Calls);

    public void Print(bool json)
    {
        if (!json)
        {
            var table = new FigureTable();
            table.Add("requests", $"{Count}", $"of {Sizes.Format(Size)}, {Concurrency} at once");
            _on.AddTo(table, "answered in, p50");
            _off.AddTo(table, "without streaming, p50");
            _echo.AddTo(table, "limit: sealed echo, p50");
            table.Add("with to without", $"{OnToOff:0.00}", $"median of {Rounds.Count} pairs");
            table.Add("with to the echo", $"{OnToEcho:0.00}", $"median of {Rounds.Count} pairs");
            table.Add("allocated", $"{Allocated:0} B", "a request, both nodes");
            table.Add("packets", $"{Packets:0.00}", $"a request; {DatagramsPerCall:0.0} datagrams a system call");
            table.Add("collections", $"{Usage.Collections}", "");
            table.Print();
            return;
        }

        JsonObject document = Document;
        document["size_bytes"] = Size;
        document["count"] = Count;
        document["concurrency"] = Concurrency;
        document["streaming_on"] = _on.ToJson();
        document["streaming_off"] = _off.ToJson();
        document["raw_echo"] = _echo.ToJson();
        document["rounds"] = Rounds.Count;
        document["on_to_off"] = OnToOff;
        document["on_to_raw_echo"] = OnToEcho;
        document["allocated_bytes_per_request"] = Allocated;
        document["packets_per_request"] = Packets;
        document["datagrams_per_syscall"] = DatagramsPerCall;
        document["gc_collections"] = Usage.Collections;
        Console.WriteLine(document.ToJsonString());
    }
}
