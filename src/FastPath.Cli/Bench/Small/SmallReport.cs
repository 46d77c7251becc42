using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Small;

/// <summary>What <c>bench small</c> measured.</summary>
/// <param name="Streaming">Requests between two nodes that stream.</param>
/// <param name="RawEcho">Bare sealed datagrams of the same size, there and back.</param>
/// <param name="Usage">Of the process, both nodes, for the requests alone.</param>
internal sealed record SmallReport(
    JsonObject Document, int Size, int Count, int Concurrency, RequestTimes Streaming, RequestTimes RawEcho, Usage Usage)
{
    private double Allocated => Usage.AllocatedBytes / (double)Count;

    private double Packets => Usage.Packets / (double)Count;

    private double DatagramsPerCall => Usage.Datagrams / (double)Math.Max(1, Usage.Calls);

    public void Print(bool json)
    {
        if (!json)
        {
            var table = new FigureTable();
            table.Add("requests", $"{Count}", $"of {Sizes.Format(Size)}, {Concurrency} at once");
            Streaming.AddTo(table, "answered in, p50");
            RawEcho.AddTo(table, "limit: sealed echo, p50");
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
        document["streaming_on"] = Streaming.ToJson();

        // Nodes that do not stream are not built yet.
        document["streaming_off"] = null;
        document["raw_echo"] = RawEcho.ToJson();
        document["allocated_bytes_per_request"] = Allocated;
        document["packets_per_request"] = Packets;
        document["datagrams_per_syscall"] = DatagramsPerCall;
        document["gc_collections"] = Usage.Collections;
        Console.WriteLine(document.ToJsonString());
    }
}
