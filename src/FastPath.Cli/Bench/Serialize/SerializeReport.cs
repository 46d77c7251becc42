using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Serialize;

/// <summary>What <c>bench serialize</c> measured; rates are medians.</summary>
internal sealed record SerializeReport
{
    public required long SizeBytes { get; init; }

    public required double WriteMegabytesPerSecond { get; init; }

    public required double ParseMegabytesPerSecond { get; init; }

    public required double ArchivedWriteMegabytesPerSecond { get; init; }

    /// <summary>From the bytes of an archive to its key, in place.</summary>
    public required double ArchivedAccessNanoseconds { get; init; }

    /// <summary>Memory that writing needs beside source and destination.</summary>
    public required long PeakBufferBytes { get; init; }

    public required long AllocatedBytes { get; init; }

    public required double Blake3MegabytesPerSecond { get; init; }

    public required double CopyMegabytesPerSecond { get; init; }

    /// <summary>The bytes of the parsed body copied between the very buffers that parsing reads and fills.</summary>
    public required double CopyOfParsedMegabytesPerSecond { get; init; }

    public void Print(bool json)
    {
        if (json)
        {
            Console.WriteLine(ToJson().ToJsonString());
            return;
        }

        Console.WriteLine($"contract of {Sizes.Format(SizeBytes)}, fragments of {SerializeBench.FragmentBytes} bytes, {Environment.ProcessorCount} cores");
        Line("bincode, written", WriteMegabytesPerSecond);
        Line("bincode, parsed", ParseMegabytesPerSecond);
        Line("archived, written", ArchivedWriteMegabytesPerSecond);
        Line("BLAKE3", Blake3MegabytesPerSecond);
        Line("memory copied", CopyMegabytesPerSecond);
        Line("parsed bytes copied", CopyOfParsedMegabytesPerSecond);
        Console.WriteLine($"{"key of an archive",-20}{ArchivedAccessNanoseconds,10:0.0} ns");
        Console.WriteLine($"{"buffers beside",-20}{PeakBufferBytes,10} bytes, {AllocatedBytes} allocated while writing");
    }

    private JsonObject ToJson()
    {
        JsonObject document = Document.Create();
        document["size_bytes"] = SizeBytes;
        document["bincode_incremental_mb_s"] = WriteMegabytesPerSecond;
        document["bincode_parse_mb_s"] = ParseMegabytesPerSecond;
        document["archived_incremental_mb_s"] = ArchivedWriteMegabytesPerSecond;
        document["archived_access_ns"] = ArchivedAccessNanoseconds;
        document["peak_buffer_bytes"] = PeakBufferBytes;
        document["allocated_bytes"] = AllocatedBytes;
        document["blake3_mb_s"] = Blake3MegabytesPerSecond;
        document["memcpy_mb_s"] = CopyMegabytesPerSecond;
        document["memcpy_parsed_mb_s"] = CopyOfParsedMegabytesPerSecond;
        return document;
    }

    private void Line(string name, double rate) =>
        Console.WriteLine($"{name,-20}{rate,10:0} MB/s {rate / CopyMegabytesPerSecond,6:0.00} of a copy");
}
