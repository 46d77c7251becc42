using System.Text.Json.Nodes;

namespace FastPath.Cli.Bench.Measuring;

/// <summary>What the receiving side has to say of one run.</summary>
/// <param name="EndedAt">Reading of the machine's monotonic clock when the last byte was read; the same clock in every process.</param>
/// <param name="Usage">Of its process, from being armed to the end.</param>
/// <param name="Shares">Bytes of each stream when the first one ended.</param>
internal sealed record Receipt(long EndedAt, Usage Usage, double[] Shares)
{
    public static Receipt FromJson(JsonNode node) => new(
        node["ended_at"]!.GetValue<long>(),
        Usage.FromJson(node["usage"]!),
        [.. node["shares"]!.AsArray().Select(share => share!.GetValue<double>())]);

    public JsonObject ToJson() => new()
    {
        ["ended_at"] = EndedAt,
        ["usage"] = Usage.ToJson(),
        ["shares"] = new JsonArray([.. Shares.Select(share => (JsonNode)share)]),
    };
}
