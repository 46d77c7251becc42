using System.Text.Json;
using System.Text.Json.Nodes;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using Spectre.Console;

namespace FastPath.Cli.Bench.Reassembly;

/// <summary>What <c>bench reassembly</c> measured; medians.</summary>
/// <param name="Rounds">Of each pattern, in the order of the patterns.</param>
/// <param name="Copy">MB/s of the same bytes copied, a fragment at a time.</param>
internal sealed record ReassemblyReport(
    long Size, IReadOnlyList<ArrivalPattern> Patterns, IReadOnlyList<ReassemblyRound[]> Rounds, double Copy)
{
    public void Print(bool json)
    {
        if (json)
        {
            Console.WriteLine(ToJson().ToJsonString());
            return;
        }

        Console.WriteLine($"{Sizes.Format(Size)} in fragments of {ReassemblyBench.FragmentBytes} bytes; a copy runs at {Copy:0} MB/s");
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("");
        foreach (string column in (string[])["MB/s", "of a copy", "buffered", "first fragment", "allocated"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        for (int i = 0; i < Patterns.Count; i++)
        {
            double rate = MedianOf(i, round => round.MegabytesPerSecond);
            table.AddRow(
                NameOf(Patterns[i]),
                $"{rate:0}",
                $"{rate / Copy:0.00}",
                Sizes.Format((long)MedianOf(i, round => round.PeakBufferedBytes)),
                $"{MedianOf(i, round => round.FirstFragmentMicroseconds):0.00} us",
                $"{MedianOf(i, round => round.AllocatedBytes):0} B");
        }

        AnsiConsole.Write(table);
    }

    private static string NameOf(ArrivalPattern pattern) => pattern switch
    {
        ArrivalPattern.ChunksOf10 => "chunks_of_10",
        ArrivalPattern.RandomWindow64 => "random_window_64",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(pattern.ToString()),
    };

    private JsonObject ToJson()
    {
        JsonObject document = Document.Create();
        document["size_bytes"] = Size;
        for (int i = 0; i < Patterns.Count; i++)
        {
            document[NameOf(Patterns[i])] = new JsonObject
            {
                ["mb_s"] = MedianOf(i, round => round.MegabytesPerSecond),
                ["peak_buffered_bytes"] = (long)MedianOf(i, round => round.PeakBufferedBytes),
                ["first_fragment_us"] = MedianOf(i, round => round.FirstFragmentMicroseconds),
                ["allocated_bytes"] = (long)MedianOf(i, round => round.AllocatedBytes),
            };
        }

        document["memcpy_mb_s"] = Copy;
        return document;
    }

    private double MedianOf(int pattern, Func<ReassemblyRound, double> read) => Figures.Median(Rounds[pattern].Select(read));
}
