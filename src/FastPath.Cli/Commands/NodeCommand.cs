using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Protocol.Streams;
using FastPath.Stores;
using Microsoft.Extensions.Logging;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath node</c>: runs a node until stopped; prints <c>ready ADDRESS</c> once it accepts traffic.</summary>
internal static class NodeCommand
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private static readonly Option<string> Listen = new("--listen") { Description = "HOST:PORT", Required = true };

    private static readonly Option<string> Identity = new("--identity")
    {
        Description = "Identity file made by keygen",
        Required = true,
    };

    private static readonly Option<string> Store = new("--store") { Description = "Folder for contracts", Required = true };

    private static readonly Option<string[]> Peers = new("--peer")
    {
        Description = "PUBLICKEY@HOST:PORT to stay connected to; repeatable",
    };

    private static readonly Option<string[]> Allow = new("--allow")
    {
        Description = "Public key to admit; repeatable. Without it everybody is admitted",
    };

    public static Command Create()
    {
        var command = new Command("node", "Run a node until stopped") { Listen, Identity, Store, Peers, Allow };
        NodeOptions.AddTo(command);
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        IPEndPoint listen = Values.EndPoint("--listen", parse.GetValue(Listen)!);
        List<PeerEndpoint> peers = [.. (parse.GetValue(Peers) ?? []).Select(text => Values.Address("--peer", text))];
        FastPathOptions options = NodeOptions.Read(parse);
        NodeIdentity identity = NodeIdentity.Load(parse.GetValue(Identity)!);
        string folder = parse.GetValue(Store)!;
        using var store = FileContractStore.Open(folder);
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging
            .AddSimpleConsole(console => console.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .SetMinimumLevel(parse.GetValue(GlobalOptions.Verbose) ? LogLevel.Information : LogLevel.Warning));
        await using FastPathNode node = FastPathNode.Start(identity, listen, options with
        {
            Store = store,
            PartialFolder = Path.Combine(folder, "partial"),
            AllowedPeers = [.. (parse.GetValue(Allow) ?? []).Select(text => Values.PublicKey("--allow", text))],
            LoggerFactory = loggers,
        });
        Console.WriteLine(parse.GetValue(GlobalOptions.Json)
            ? new JsonObject { ["ready"] = node.Address.ToString() }.ToJsonString()
            : $"ready {node.Address}");
        Task[] links = [.. peers.Select(peer => StayConnectedAsync(node, peer, cancellationToken))];
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopped by a signal: the node closes its connections with a code on its way out.
        }

        await Task.WhenAll(links).ConfigureAwait(false);
        if (parse.GetValue(GlobalOptions.Json))
        {
            StreamCounters counters = node.Core.Endpoint.StreamCounters;
            Console.WriteLine(new JsonObject
            {
                ["stopped"] = node.Address.ToString(),
                ["streams_sent"] = counters.SendsStarted - counters.SendsWhole,
                ["wholes_sent"] = counters.SendsWhole,
                ["payload_bytes_sent"] = counters.PayloadBytesSent,
                ["payload_bytes_received"] = counters.PayloadBytesReceived + counters.PayloadBytesDuplicate,
            }.ToJsonString());
        }
    }

    /// <summary>Dials until connected, and again whenever the connection is gone.</summary>
    private static async Task StayConnectedAsync(FastPathNode node, PeerEndpoint address, CancellationToken cancellationToken)
    {
        string? lastError = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                FastPathPeer peer = await node.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
                lastError = null;
                while (!peer.IsClosed)
                {
                    await Task.Delay(RetryPause, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (FastPathException e)
            {
                if (e.Message != lastError)
                {
                    lastError = e.Message;
                    await Console.Error.WriteLineAsync($"fastpath: peer {address}: {e.Message}").ConfigureAwait(false);
                }

                await Task.WhenAny(Task.Delay(RetryPause, cancellationToken)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
