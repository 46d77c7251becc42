using System.Text.Json.Nodes;
using FastPath.Options;

namespace FastPath.Cli.Bench.Measuring;

/// <summary>The second process: a receiver that is told by lines of JSON on standard input and answers on standard output.</summary>
/// <remarks>
/// It says <c>{"ready":["ADDRESS",…]}</c>; each line <c>{"expect":…}</c> is answered when it is ready for the run, and by its receipt
/// when the run is over. It ends with its input.
/// </remarks>
internal static class ReceiverCommands
{
    public const string Name = "receiver";
    public const string Nodes = "--nodes";
    public const string Streams = "streams";
    public const string Tcp = "tcp";
    public const string Tls = "tls";

    public static async Task RunAsync(FastPathOptions options, int nodes, int? loops, CancellationToken cancellationToken)
    {
        await using var receiver = new LocalReceiver(options, nodes, loops);
        Say(new JsonObject { ["ready"] = new JsonArray([.. receiver.Addresses.Select(address => JsonValue.Create(address.ToString()))]) });

        // The console's reader blocks whatever its name says, and what awaits a node may go on on the node's own thread.
        while (await Task.Run(Console.In.ReadLine, cancellationToken).ConfigureAwait(false) is { } line)
        {
            JsonNode command = JsonNode.Parse(line)!;
            string expected = command["expect"]!.GetValue<string>();
            long bytes = command["bytes"]!.GetValue<long>();
            if (expected == Streams)
            {
                int streams = command["streams"]!.GetValue<int>();
                await receiver.ExpectStreamsAsync(streams, bytes, cancellationToken).ConfigureAwait(false);
                Say([]);
            }
            else
            {
                int port = await receiver.ExpectSocketAsync(expected == Tls, bytes, cancellationToken).ConfigureAwait(false);
                Say(new JsonObject { ["port"] = port });
            }

            Say((await receiver.TakeReceiptAsync(cancellationToken).ConfigureAwait(false)).ToJson());
        }
    }

    private static void Say(JsonObject line) => Console.WriteLine(line.ToJsonString());
}
