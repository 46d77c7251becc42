using System.Text.Json.Nodes;

namespace FastPath.Cli.Output;

/// <summary>The fields that every document of a measured command begins with.</summary>
internal static class Document
{
    public static string Version => typeof(FastPathNode).Assembly.GetName().Version!.ToString(3);

    /// <summary>For what has neither node nor peer.</summary>
    public static JsonObject Create() => new()
    {
        ["version"] = Version,
        ["engine"] = null,
        ["cipher"] = null,
        ["congestion"] = null,
        ["mtu_bytes"] = null,
        ["cores"] = Environment.ProcessorCount,
        ["continuations"] = null,
    };

    public static JsonObject Create(FastPathNode node, FastPathPeer? peer) => new()
    {
        ["version"] = Version,
        ["engine"] = node.EngineName,
        ["cipher"] = peer?.Cipher,
        ["congestion"] = peer?.Congestion,
        ["mtu_bytes"] = peer?.MtuBytes,
        ["cores"] = Environment.ProcessorCount,
        ["continuations"] = node.Host.RunsContinuationsInline ? "inline" : "pool",
    };
}
