using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Identities;
using FastPath.Serialization.Contracts;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath node</c>: runs a node until stopped; prints <c>ready ADDRESS</c> once it accepts traffic.</summary>
internal static class NodeCommand
{
    private static readonly Option<string> Listen = new("--listen") { Description = "HOST:PORT", Required = true };

    private static readonly Option<string> Identity = new("--identity")
    {
        Description = "Identity file made by keygen",
        Required = true,
    };

    private static readonly Option<string[]> Peers = new("--peer")
    {
        Description = "PUBLICKEY@HOST:PORT to connect to; repeatable",
    };

    private static readonly Option<string[]> Allow = new("--allow")
    {
        Description = "Public key to admit; repeatable. Without it everybody is admitted",
    };

    public static Command Create()
    {
        var command = new Command("node", "Run a node until stopped") { Listen, Identity, Peers, Allow };
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        if (!PeerEndpoint.TryParseEndPoint(parse.GetValue(Listen)!, out IPEndPoint? listen, out string? error))
        {
            throw new CommandException(ExitCode.Usage, $"--listen {error}");
        }

        List<PeerEndpoint> peers = [.. (parse.GetValue(Peers) ?? []).Select(ParsePeer)];
        var allowed = (parse.GetValue(Allow) ?? []).Select(ParseKey).ToList();
        NodeIdentity identity = NodeIdentity.Load(parse.GetValue(Identity)!);
        await using FastPathNode node = FastPathNode.Start(identity, listen, allowed);
        Console.WriteLine(parse.GetValue(GlobalOptions.Json)
            ? new JsonObject { ["ready"] = node.Address.ToString() }.ToJsonString()
            : $"ready {node.Address}");
        foreach (PeerEndpoint peer in peers)
        {
            try
            {
                await node.ConnectAsync(peer, cancellationToken).ConfigureAwait(false);
            }
            catch (FastPathException e)
            {
                await Console.Error.WriteLineAsync($"fastpath: peer {peer}: {e.Message}").ConfigureAwait(false);
            }
        }

        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped by a signal: the node closes its connections with a code on its way out.
        }
    }

    private static PeerEndpoint ParsePeer(string text) => PeerEndpoint.TryParse(text, out PeerEndpoint? peer, out string? error)
        ? peer
        : throw new CommandException(ExitCode.Usage, $"--peer {error}");

    private static ReadOnlyMemory<byte> ParseKey(string text) =>
        Base58.TryDecode(text, out byte[]? key) && key.Length == 32
            ? key
            : throw new CommandException(ExitCode.Usage, $"--allow '{text}': not a public key (32 bytes in base58)");
}
