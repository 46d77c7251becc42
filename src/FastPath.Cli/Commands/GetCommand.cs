using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;
using FastPath.Contracts;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath get</c>: fetches a contract. Files appear complete and verified, or not at all.</summary>
internal static class GetCommand
{
    private const int BlockBytes = 64 * 1_024;

    private static readonly Argument<string> Key = new("key") { Description = "Key of the contract, base58" };
    private static readonly Option<string[]> Via = new("--via")
    {
        Description = "PUBLICKEY@HOST:PORT of a node; repeated: any of them may answer, and go on when another one is lost",
        Required = true,
    };

    private static readonly Option<string?> Partial = new("--partial")
    {
        Description = "Folder that keeps what has come until all has: the same command goes on from there after it was ended",
    };
    private static readonly Option<string?> CodeOut = new("--code-out") { Description = "File for the code" };
    private static readonly Option<string?> ParametersOut = new("--params-out") { Description = "File for the parameters" };
    private static readonly Option<string?> StateOut = new("--state-out") { Description = "File for the state" };
    private static readonly Option<string?> Identity = new("--identity") { Description = "Identity file; a fresh one otherwise" };

    public static Command Create()
    {
        var command = new Command("get", "Fetch a contract") { Key, Via, CodeOut, ParametersOut, StateOut, Partial, Identity };
        NodeOptions.AddTo(command);
        OperationWishes.AddTo(command);
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        ContractInstanceId instance = Values.Key(parse.GetValue(Key)!);
        List<PeerEndpoint> via = [.. parse.GetValue(Via)!.Select(text => Values.Address("--via", text))];
        NodeIdentity identity = parse.GetValue(Identity) is { } path ? NodeIdentity.Load(path) : NodeIdentity.Create();
        FastPathOptions options = NodeOptions.Read(parse);
        OperationOptions wishes = OperationWishes.Read(parse, options);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("fastpath-get-");
        try
        {
            using var store = FileContractStore.Open(folder.FullName, computesPayloadDigests: false);
            await using FastPathNode node = FastPathNode.Start(
                identity,
                Values.AnyFor(via[0]),
                options with { IsClient = true, Store = store, PartialFolder = parse.GetValue(Partial) });
            FastPathPeer peer = await ConnectAsync(node, via, cancellationToken).ConfigureAwait(false);
            GetReport report = await node.GetAsync(instance, wishes, cancellationToken).ConfigureAwait(false);
            using StoredContract entry = store.TryOpen(instance)!;
            Write(parse.GetValue(CodeOut), entry.Code);
            Write(parse.GetValue(ParametersOut), new MemoryBody(entry.Parameters));
            Write(parse.GetValue(StateOut), entry.State ?? MemoryBody.Empty);
            Print(parse, node, peer, report);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One of them is enough to begin; the others are asked when it does not have the contract, or is lost.</summary>
    private static async Task<FastPathPeer> ConnectAsync(
        FastPathNode node, List<PeerEndpoint> via, CancellationToken cancellationToken)
    {
        List<Task<FastPathPeer>> dials = [.. via.Select(address => node.ConnectAsync(address, cancellationToken).AsTask())];
        FastPathException? failure = null;
        foreach (Task<FastPathPeer> dial in dials)
        {
            try
            {
                return await dial.ConfigureAwait(false);
            }
            catch (FastPathException e)
            {
                failure = e;
            }
        }

        throw failure!;
    }

    /// <summary>Through a file beside it, so that the name stands for the whole content from the first instant.</summary>
    private static void Write(string? path, IBody body)
    {
        if (path is null)
        {
            return;
        }

        string draft = $"{path}.{Guid.NewGuid():n}.partial";
        try
        {
            using (FileStream file = File.Create(draft))
            {
                byte[] block = new byte[BlockBytes];
                for (long offset = 0; offset < body.Length; offset += block.Length)
                {
                    Span<byte> part = block.AsSpan(0, (int)Math.Min(block.Length, body.Length - offset));
                    body.Read(offset, part);
                    file.Write(part);
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private static void Print(ParseResult parse, FastPathNode node, FastPathPeer peer, GetReport report)
    {
        TimeSpan total = Stopwatch.GetElapsedTime(report.Started, report.Ended);
        double firstByte = Stopwatch.GetElapsedTime(report.Started, report.FirstByteAt).TotalMicroseconds;
        double goodput = report.Bytes / 1e6 / total.TotalSeconds;
        if (!parse.GetValue(GlobalOptions.Json))
        {
            string how = report.ResumedFrom > 0 ? $"from byte {report.ResumedFrom} on, " : "";
            how += report.Retries > 0 ? $"taken up again {report.Retries} times, " : "";
            Console.WriteLine(
                $"{report.Key}: {how}{Sizes.Format(report.Bytes)} in {total.TotalMilliseconds:0} ms, {goodput:0.0} MB/s, first byte after {firstByte:0} us");
            return;
        }

        JsonObject document = Document.Create(node, peer);
        document["key"] = report.Key.ToString();
        document["size_bytes"] = report.Bytes;
        document["total_ms"] = total.TotalMilliseconds;
        document["first_byte_us"] = firstByte;
        document["goodput_mb_s"] = goodput;
        StreamCounters counters = node.Core.Endpoint.StreamCounters;
        document["payload_bytes_sent"] = counters.PayloadBytesSent;
        document["payload_bytes_received"] = counters.PayloadBytesReceived + counters.PayloadBytesDuplicate;
        document["retransmits"] = counters.FragmentsSentAgain;
        document["resumed_from"] = report.ResumedFrom;
        document["retries"] = report.Retries;
        document["restarts"] = report.Restarts;
        Console.WriteLine(document.ToJsonString());
    }
}
