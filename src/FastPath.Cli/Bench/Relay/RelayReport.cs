using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Chains;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Relay;

/// <summary>What <c>bench relay</c> measured: medians over the runs, each field by itself.</summary>
/// <param name="Others">The same transfers through TLS connections; empty when not compared.</param>
/// <param name="BatchBytes">Memory of one receive batch of a relay's socket.</param>
internal sealed record RelayReport(
    JsonObject Document,
    long Size,
    int Hops,
    IReadOnlyList<RelayRun> Runs,
    IReadOnlyList<ChainTransfer> Others,
    long BatchBytes,
    MachineLimits? Limits)
{
    private double Goodput => Figures.Median(Runs.Select(run => Size / 1e6 / run.Transfer.Seconds));

    private double FirstByte => Figures.Median(Runs.Select(run => run.Transfer.FirstByteMicroseconds));

    private double AllocatedPerFragment =>
        Figures.Median(Runs.Select(run => run.Usage.AllocatedBytes / (double)Math.Max(1, run.Usage.Fragments)));

    private double? OtherGoodput =>
        Others.Count == 0 ? null : Figures.Median(Others.Select(run => Size / 1e6 / run.Seconds));

    private double? OtherFirstByte =>
        Others.Count == 0 ? null : Figures.Median(Others.Select(run => run.FirstByteMicroseconds));

    public void Print(bool json)
    {
        if (json)
        {
            Console.WriteLine(ToJson().ToJsonString());
            return;
        }

        var table = new FigureTable();
        table.Add("goodput", $"{Goodput:0} MB/s", $"{Sizes.Format(Size)} over {Hops} hops, {Runs.Count} times");
        table.Add("first byte", $"{FirstByte:0.0} us", "");
        table.Add("TLS chain", OtherGoodput, "0 MB/s", $"{Goodput / OtherGoodput:0.00} times that");
        table.Add("TLS chain, first byte", OtherFirstByte, "0.0 us", "");
        double[] held = PerRelay(run => run.PeakBytes);
        double[] reordered = PerRelay(run => run.ReorderPeakBytes);
        for (int i = 0; i < held.Length; i++)
        {
            table.Add($"held at relay {i + 1}", Sizes.Format((long)held[i]), $"{Sizes.Format((long)reordered[i])} above a hole");
        }

        table.Add("allocated", $"{AllocatedPerFragment:0.000} B", "a fragment, all nodes");
        table.Add("collections", $"{MedianOf(usage => usage.Collections):0}", "");
        table.Add("sent again", $"{MedianOf(usage => usage.FragmentsAgain):0}", "fragments");
        Limits?.AddTo(table);
        table.Print();
    }

    private JsonObject ToJson()
    {
        JsonObject document = Document;
        document["size_bytes"] = Size;
        document["hops"] = Hops;
        document["runs"] = Runs.Count;
        document["goodput_mb_s"] = Goodput;
        document["first_byte_us_p50"] = FirstByte;
        document["relay_peak_bytes"] = ToArray(PerRelay(run => run.PeakBytes));
        document["relay_reorder_peak_bytes"] = ToArray(PerRelay(run => run.ReorderPeakBytes));
        document["relay_batch_bytes"] = BatchBytes;
        document["allocated_bytes_per_fragment"] = AllocatedPerFragment;
        document["gc_collections"] = (long)MedianOf(usage => usage.Collections);
        document["retransmits"] = (long)MedianOf(usage => usage.FragmentsAgain);
        document["packets"] = (long)MedianOf(usage => usage.Packets);
        document["acks"] = (long)MedianOf(usage => usage.Acks);
        document["syscalls"] = (long)MedianOf(usage => usage.Calls);
        document["datagrams_per_syscall"] = MedianOf(usage => usage.Datagrams / (double)Math.Max(1, usage.Calls));
        document["cpu_s_per_gb"] = MedianOf(usage => usage.CpuSeconds) / (Size / 1e9);
        if (Others.Count > 0)
        {
            document["tls_chain_goodput_mb_s"] = OtherGoodput;
            document["tls_chain_first_byte_us"] = OtherFirstByte;
        }

        Limits?.AddTo(document);
        return document;
    }

    private static JsonArray ToArray(double[] values) => [.. values.Select(value => (JsonNode)(long)value)];

    private double MedianOf(Func<Usage, double> read) => Figures.Median(Runs.Select(run => read(run.Usage)));

    private double[] PerRelay(Func<RelayRun, long[]> read) =>
        [.. Enumerable.Range(0, Hops - 1).Select(relay => Figures.Median(Runs.Select(run => (double)read(run)[relay])))];
}
