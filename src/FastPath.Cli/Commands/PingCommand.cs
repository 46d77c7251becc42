using System.CommandLine;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using FastPath.Identities;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath ping ADDRESS</c>: round trips over the encrypted connection.</summary>
internal static class PingCommand
{
    private static readonly Argument<string> Address = new("address") { Description = "PUBLICKEY@HOST:PORT" };

    private static readonly Option<int> Count = new("--count")
    {
        Description = "Round trips",
        DefaultValueFactory = _ => 4,
    };

    private static readonly Option<string?> Identity = new("--identity")
    {
        Description = "Identity file; a fresh one otherwise",
    };

    public static Command Create()
    {
        var command = new Command("ping", "Measure round trips over the encrypted connection") { Address, Count, Identity };
        NodeOptions.AddTo(command);
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        PeerEndpoint address = Values.Address("address", parse.GetValue(Address)!);
        int count = Values.InRange(parse, Count, 1, 1_000_000);
        NodeIdentity identity = parse.GetValue(Identity) is { } path ? NodeIdentity.Load(path) : NodeIdentity.Create();
        await using FastPathNode node = FastPathNode.Start(
            identity, Values.AnyFor(address), NodeOptions.Read(parse) with { IsClient = true });
        FastPathPeer peer = await node.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        bool json = parse.GetValue(GlobalOptions.Json);
        double[] microseconds = new double[count];
        for (int i = 0; i < count; i++)
        {
            microseconds[i] = (await peer.PingAsync(cancellationToken).ConfigureAwait(false)).TotalMicroseconds;
            if (!json)
            {
                Console.WriteLine($"{i + 1}: {microseconds[i]:0} us");
            }
        }

        Array.Sort(microseconds);
        Print(json, node, peer, microseconds);
    }

    private static void Print(bool json, FastPathNode node, FastPathPeer peer, double[] sorted)
    {
        double median = sorted[sorted.Length / 2];
        if (json)
        {
            JsonObject document = Document.Create(node, peer);
            document["count"] = sorted.Length;
            document["rtt_us_min"] = sorted[0];
            document["rtt_us_p50"] = median;
            document["rtt_us_max"] = sorted[^1];
            document["capabilities"] = CapabilityTable.ToJson(peer.Capabilities);
            Console.WriteLine(document.ToJsonString());
            return;
        }

        Console.WriteLine($"{sorted.Length} round trips: min {sorted[0]:0}, median {median:0}, max {sorted[^1]:0} us");
        Console.WriteLine($"cipher {peer.Cipher}, congestion {peer.Congestion}, packets of {peer.MtuBytes} bytes");
        Console.WriteLine($"engine {node.EngineReport}");
        Console.WriteLine($"negotiated: {CapabilityTable.ToText(peer.Capabilities)}");
    }
}
