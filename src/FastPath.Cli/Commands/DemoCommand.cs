using System.CommandLine;
using System.Text.Json.Nodes;
using FastPath.Cli.Demo;
using FastPath.Cli.Output;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath demo</c>: a contract through a chain of real nodes, buffered at each hop and then piped.</summary>
internal static class DemoCommand
{
    private const long WarmUpBytes = 200_000;
    private const long SizeMax = 2_000_000_000;

    private static readonly Option<string> Size = new("--size")
    {
        Description = "Bytes of code and state together",
        DefaultValueFactory = _ => "10MB",
    };

    private static readonly Option<int> Hops = new("--hops")
    {
        Description = "Links: three are four nodes, two of them relays",
        DefaultValueFactory = _ => 3,
    };

    private static readonly Option<double> Loss = new("--loss") { Description = "Percent of datagrams that each link loses" };

    private static readonly Option<double> Reorder = new("--reorder") { Description = "Percent of datagrams that each link reorders" };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Makes contract and impairment the same again",
        DefaultValueFactory = _ => 1,
    };

    public static Command Create()
    {
        var command = new Command("demo", "Move a contract through relays, buffered and piped, and compare")
        {
            Size, Hops, Loss, Reorder, Seed,
        };
        NodeOptions.AddTo(command);
        command.SetAction((parse, token) => CommandRunner.RunAsync(parse, t => RunAsync(parse, t), token));
        return command;
    }

    private static async Task RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        long size = Sizes.Parse("--size", parse.GetValue(Size)!);
        if (size > SizeMax)
        {
            throw new CommandException(ExitCode.Usage, $"--size {size}: expected at most {Sizes.Format(SizeMax)}");
        }

        var settings = new DemoSettings(
            size,
            Values.InRange(parse, Hops, 1, 16),
            Values.Percent(parse, Loss),
            Values.Percent(parse, Reorder),
            parse.GetValue(Seed),
            NodeOptions.Read(parse));
        bool json = parse.GetValue(GlobalOptions.Json);
        var contract = new DemoContract(size, settings.Seed);
        Say(json, $"{Sizes.Format(size)} over {settings.Hops} encrypted hops, key {contract.Container.Key}");
        (DemoHalf buffered, _) = await RunHalfAsync(settings, contract, piped: false, json, cancellationToken).ConfigureAwait(false);
        (DemoHalf piped, JsonObject document) = await RunHalfAsync(
            settings, contract, piped: true, json, cancellationToken).ConfigureAwait(false);
        var comparison = new DemoComparison(settings, buffered, piped);
        if (json)
        {
            Console.WriteLine(comparison.ToJson(document).ToJsonString());
        }
        else
        {
            comparison.Print();
        }

        if (!comparison.Identical)
        {
            throw new CommandException(ExitCode.CorruptData, "what arrived is not what was sent");
        }
    }

    private static async Task<(DemoHalf Half, JsonObject Document)> RunHalfAsync(
        DemoSettings settings, DemoContract contract, bool piped, bool json, CancellationToken cancellationToken)
    {
        string name = piped ? "piped" : "buffered";
        Say(json, $"{name}: starting {settings.Hops + 1} nodes");
        await using DemoChain chain = await DemoChain.StartAsync(settings, piped, cancellationToken).ConfigureAwait(false);

        // Untimed, so that compiling the code on first use is not measured as network.
        await chain.TransferAsync(new DemoContract(WarmUpBytes, ~settings.Seed), cancellationToken).ConfigureAwait(false);
        Say(json, $"{name}: moving the contract");
        Task<DemoHalf> transfer = chain.TransferAsync(contract, cancellationToken);
        await ProgressLine.ShowAsync(json, name, chain.Destination, settings.Size, transfer).ConfigureAwait(false);
        DemoHalf half = await transfer.ConfigureAwait(false);
        return (half, Document.Create(chain.Destination, chain.DestinationPeer));
    }

    private static void Say(bool json, string line)
    {
        if (!json)
        {
            Console.WriteLine(line);
        }
    }
}
