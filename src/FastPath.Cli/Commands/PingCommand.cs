using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
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
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        if (!PeerEndpoint.TryParse(parse.GetValue(Address)!, out PeerEndpoint? address, out string? error))
        {
            throw new CommandException(ExitCode.Usage, error);
        }

        int count = parse.GetValue(Count);
        if (count is < 1 or > 1_000_000)
        {
            throw new CommandException(ExitCode.Usage, $"--count {count}: expected 1 to 1000000");
        }

        NodeIdentity identity = parse.GetValue(Identity) is { } path ? NodeIdentity.Load(path) : NodeIdentity.Create();
        var any = new IPEndPoint(
            address.EndPoint.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any,
            0);
        await using FastPathNode node = FastPathNode.Start(identity, any, isClient: true);
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
        Print(json, peer, microseconds);
    }

    private static void Print(bool json, FastPathPeer peer, double[] sorted)
    {
        double median = sorted[sorted.Length / 2];
        if (json)
        {
            Console.WriteLine(new JsonObject
            {
                ["version"] = typeof(FastPathNode).Assembly.GetName().Version!.ToString(3),
                ["engine"] = "saea",
                ["cipher"] = peer.Cipher,
                ["congestion"] = peer.Congestion,
                ["count"] = sorted.Length,
                ["rtt_us_min"] = sorted[0],
                ["rtt_us_p50"] = median,
                ["rtt_us_max"] = sorted[^1],
            }.ToJsonString());
            return;
        }

        Console.WriteLine($"{sorted.Length} round trips: min {sorted[0]:0}, median {median:0}, max {sorted[^1]:0} us");
        Console.WriteLine($"cipher {peer.Cipher}, congestion {peer.Congestion}, engine saea");
    }
}
