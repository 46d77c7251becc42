using System.Diagnostics;
using System.Text.Json.Nodes;
using FastPath.Cli.Parsing;

namespace FastPath.Cli.Bench.Measuring;

/// <summary>Takes what is sent in a second process of this program, which is told by lines of JSON.</summary>
internal sealed class ReceiverProcess : IReceivingSide
{
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private ReceiverProcess(Process process, IReadOnlyList<PeerEndpoint> addresses)
    {
        _process = process;
        Addresses = addresses;
    }

    public IReadOnlyList<PeerEndpoint> Addresses { get; }

    public bool IsOwnProcess => true;

    /// <param name="nodes">How many take streams.</param>
    /// <param name="loops">Threads that they share; null for one each.</param>
    /// <param name="options">Of each node, as on the command line.</param>
    /// <param name="cancellationToken">Ends the wait for the process to be ready.</param>
    public static async Task<ReceiverProcess> StartAsync(
        int nodes, int? loops, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("the program's own path is not known");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };

        // Started as "dotnet FastPath.Cli.dll", the path is that of the runtime, which wants to know the assembly.
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "FastPath.Cli.dll"));
        }

        string[] command = ["bench", ReceiverCommands.Name, ReceiverCommands.Nodes, $"{nodes}", .. LoopsOption.ToArguments(loops), .. options];
        foreach (string argument in command)
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException("the second process did not start");
        try
        {
            JsonNode ready = await ReadAsync(process, cancellationToken).ConfigureAwait(false);
            return new ReceiverProcess(process, [.. ready["ready"]!.AsArray().Select(Address)]);
        }
        catch
        {
            End(process);
            throw;
        }
    }

    public async Task ExpectStreamsAsync(int streams, long bytes, CancellationToken cancellationToken) =>
        await AskAsync(
            new JsonObject { ["expect"] = ReceiverCommands.Streams, ["streams"] = streams, ["bytes"] = bytes },
            cancellationToken).ConfigureAwait(false);

    public async Task<int> ExpectSocketAsync(bool isSecure, long bytes, CancellationToken cancellationToken)
    {
        var question = new JsonObject { ["expect"] = isSecure ? ReceiverCommands.Tls : ReceiverCommands.Tcp, ["bytes"] = bytes };
        return (await AskAsync(question, cancellationToken).ConfigureAwait(false))["port"]!.GetValue<int>();
    }

    public async Task<Receipt> TakeReceiptAsync(CancellationToken cancellationToken) =>
        Receipt.FromJson(await ReadAsync(_process, cancellationToken).ConfigureAwait(false));

    public ValueTask DisposeAsync()
    {
        End(_process);
        return ValueTask.CompletedTask;
    }

    private static PeerEndpoint Address(JsonNode? text) =>
        PeerEndpoint.TryParse(text!.GetValue<string>(), out PeerEndpoint? peer, out string? error)
            ? peer
            : throw new InvalidDataException($"the second process said '{text}': {error}");

    private static async Task<JsonNode> ReadAsync(Process process, CancellationToken cancellationToken)
    {
        string line = await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("the second process ended early");
        return JsonNode.Parse(line)!;
    }

    private static void End(Process process)
    {
        using Process owned = process;
        try
        {
            // It ends with its input.
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        if (!process.WaitForExit(ExitPatience))
        {
            process.Kill();
        }
    }

    private async Task<JsonNode> AskAsync(JsonObject question, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(question.ToJsonString().AsMemory(), cancellationToken).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
        return await ReadAsync(_process, cancellationToken).ConfigureAwait(false);
    }
}
