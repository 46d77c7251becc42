using System.Text.Json.Nodes;
using FastPath.Cli.Parsing;
using Spectre.Console;

namespace FastPath.Cli.Demo;

/// <summary>Both halves side by side.</summary>
internal sealed record DemoComparison(DemoSettings Settings, DemoHalf Buffered, DemoHalf Piped)
{
    public bool Identical => Buffered.Identical && Piped.Identical;

    /// <summary>Worst relay's peak, buffered over piped; buffered counts two payloads at most. Null without relay or payload.</summary>
    public double? MemoryRatio
    {
        get
        {
            if (Piped.RelayPeakBytes.Length == 0 || Settings.Size == 0 || Piped.RelayPeakBytes.Max() == 0)
            {
                return null;
            }

            double buffered = Math.Min(Buffered.RelayPeakBytes.Max(), 2.0 * Settings.Size);
            return buffered / Piped.RelayPeakBytes.Max();
        }
    }

    public JsonObject ToJson(JsonObject document)
    {
        document["size_bytes"] = Settings.Size;
        document["hops"] = Settings.Hops;
        document["identical"] = Identical;
        document["memory_ratio"] = MemoryRatio;
        document["buffered"] = Buffered.ToJson();
        document["piped"] = Piped.ToJson();
        return document;
    }

    public void Print()
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn("");
        table.AddColumn(new TableColumn("buffered").RightAligned());
        table.AddColumn(new TableColumn("piped").RightAligned());
        Row(table, "first byte", half => $"{half.FirstByteMicroseconds:0} us");
        Row(table, "whole contract", half => $"{half.TotalMilliseconds:0.0} ms");
        Row(table, "goodput", half => $"{half.GoodputMegabytesPerSecond:0.0} MB/s");
        for (int i = 0; i < Piped.RelayPeakBytes.Length; i++)
        {
            int relay = i;
            Row(table, $"held at relay {relay + 1}", half => Sizes.Format(half.RelayPeakBytes[relay]));
        }

        Row(table, "sent again", half => Sizes.Format(half.RetransmittedBytes));
        Row(table, "collections", half => $"{half.Collections}");
        Row(table, "arrived identical", half => half.Identical ? "yes" : "NO");
        AnsiConsole.Write(table);
        if (MemoryRatio is { } ratio)
        {
            Console.WriteLine($"a piping relay holds {ratio:0} times less than a buffering one");
        }
    }

    private void Row(Table table, string name, Func<DemoHalf, string> value) =>
        table.AddRow(name, value(Buffered), value(Piped));
}
