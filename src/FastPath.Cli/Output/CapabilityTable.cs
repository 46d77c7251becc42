using System.Text.Json.Nodes;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Output;

/// <summary>What two nodes have in common, for people and for scripts.</summary>
internal static class CapabilityTable
{
    public static JsonObject ToJson(NegotiatedCapabilities capabilities)
    {
        var document = new JsonObject { ["wire_version"] = capabilities.WireVersion };
        foreach ((string name, bool isThere) in Features(capabilities))
        {
            document[name] = isThere;
        }

        document["ciphers"] = new JsonArray([.. capabilities.Ciphers.Select(cipher => JsonValue.Create(cipher.ToLowerInvariant()))]);
        document["payload_bytes_max"] = capabilities.PayloadBytesMax;
        document["streams_max"] = capabilities.StreamsMax;
        return document;
    }

    public static string ToText(NegotiatedCapabilities capabilities) =>
        $"{capabilities}; payloads to {Sizes.Format(capabilities.PayloadBytesMax)}, {capabilities.StreamsMax} streams at once";

    private static (string Name, bool IsThere)[] Features(NegotiatedCapabilities capabilities) =>
    [
        ("streaming", capabilities.Streaming),
        ("piped_forwarding", capabilities.PipedForwarding),
        ("resume", capabilities.Resume),
        ("offers", capabilities.Offers),
        ("delivery_reports", capabilities.DeliveryReports),
        ("verified_groups", capabilities.VerifiedGroups),
        ("archived_form", capabilities.ArchivedForm),
    ];
}
