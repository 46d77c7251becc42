using System.Text.Json.Nodes;

namespace FastPath.Cli.Demo;

/// <summary>One transfer of the demo and what it cost.</summary>
internal sealed record DemoHalf
{
    public required bool Identical { get; init; }

    public required double FirstByteMicroseconds { get; init; }

    public required double TotalMilliseconds { get; init; }

    public required double GoodputMegabytesPerSecond { get; init; }

    /// <summary>Most payload bytes held at each relay: blocks of rings and payloads, store queue, sealed batch.</summary>
    public required long[] RelayPeakBytes { get; init; }

    /// <summary>Most bytes above a hole at each relay.</summary>
    public required long[] RelayReorderPeakBytes { get; init; }

    /// <summary>Memory for one receive batch of a relay's socket.</summary>
    public required long RelayBatchBytes { get; init; }

    public required long RetransmittedBytes { get; init; }

    public required long Retransmits { get; init; }

    public required int Collections { get; init; }

    public required long AllocatedBytes { get; init; }

    public JsonObject ToJson() => new()
    {
        ["first_byte_us"] = FirstByteMicroseconds,
        ["total_ms"] = TotalMilliseconds,
        ["goodput_mb_s"] = GoodputMegabytesPerSecond,
        ["relay_peak_bytes"] = ToArray(RelayPeakBytes),
        ["relay_reorder_peak_bytes"] = ToArray(RelayReorderPeakBytes),
        ["relay_batch_bytes"] = RelayBatchBytes,
        ["retransmits"] = Retransmits,
        ["retransmitted_bytes"] = RetransmittedBytes,
        ["gc_collections"] = Collections,
        ["allocated_bytes"] = AllocatedBytes,
    };

    private static JsonArray ToArray(long[] values) => [.. values.Select(value => (JsonNode)value)];
}
