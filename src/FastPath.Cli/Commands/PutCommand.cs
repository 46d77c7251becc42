using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using FastPath.Contracts;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath put</c>: stores a contract at a node; prints its key.</summary>
internal static class PutCommand
{
    private static readonly Option<string> Via = new("--via") { Description = "PUBLICKEY@HOST:PORT of a node", Required = true };
    private static readonly Option<string?> State = new("--state") { Description = "File with the state; empty without it" };
    private static readonly Option<string?> Identity = new("--identity") { Description = "Identity file; a fresh one otherwise" };

    public static Command Create()
    {
        var command = new Command("put", "Store a contract at a node") { PackCommand.Code, PackCommand.Parameters, State, Via, Identity };
        NodeOptions.AddTo(command);
        OperationWishes.AddTo(command);
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        PeerEndpoint via = Values.Address("--via", parse.GetValue(Via)!);
        NodeIdentity identity = parse.GetValue(Identity) is { } path ? NodeIdentity.Load(path) : NodeIdentity.Create();
        using SafeFileHandle code = File.OpenHandle(parse.GetValue(PackCommand.Code)!);
        using SafeFileHandle? state = parse.GetValue(State) is { } file ? File.OpenHandle(file) : null;
        ContractContainer contract = ContractContainer.FromCode(
            new FileBody(code, 0, RandomAccess.GetLength(code)), PackCommand.ReadParameters(parse));
        var wrapped = new WrappedState(state is null ? MemoryBody.Empty : new FileBody(state, 0, RandomAccess.GetLength(state)));
        FastPathOptions options = NodeOptions.Read(parse) with { IsClient = true };
        OperationOptions wishes = OperationWishes.Read(parse, options);
        await using FastPathNode node = FastPathNode.Start(identity, Values.AnyFor(via), options);
        FastPathPeer peer = await node.ConnectAsync(via, cancellationToken).ConfigureAwait(false);
        PutReport report = await node.PutAsync(peer, contract, wrapped, wishes, cancellationToken).ConfigureAwait(false);
        TimeSpan total = Stopwatch.GetElapsedTime(report.Started, report.Ended);
        if (!parse.GetValue(GlobalOptions.Json))
        {
            Console.WriteLine(report.Key.ToString());
            string how = report.WasHeld ? "was there already: " : report.ResumedFrom > 0 ? $"from byte {report.ResumedFrom} on: " : "";
            await Console.Error.WriteLineAsync(
                $"{how}{Sizes.Format(report.Bytes)} in {total.TotalMilliseconds:0} ms, {report.Bytes / 1e6 / total.TotalSeconds:0.0} MB/s").ConfigureAwait(false);
            return;
        }

        JsonObject document = Document.Create(node, peer);
        document["key"] = report.Key.ToString();
        document["size_bytes"] = report.Bytes;
        document["total_ms"] = total.TotalMilliseconds;
        document["first_byte_us"] = null;
        document["goodput_mb_s"] = report.Bytes / 1e6 / total.TotalSeconds;
        document["payload_bytes_sent"] = report.PayloadBytesSent;
        document["was_held"] = report.WasHeld;
        document["resumed_from"] = report.ResumedFrom;
        document["retries"] = report.Retries;
        document["retransmits"] = node.Core.Endpoint.StreamCounters.FragmentsSentAgain;
        Console.WriteLine(document.ToJsonString());
    }
}
