using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace FastPath.Cli.Tests.Processes;

/// <summary>Real processes that are killed in the middle of a transfer, at either end: what has come is not sent again.</summary>
public sealed class ResumeProcessTests(ITestOutputHelper output) : IDisposable
{
    private const int CodeBytes = 60_000_000;
    private const int Kills = 10;

    /// <summary>Of every source: so that the last kill, too, comes before the end, however fast the machine is.</summary>
    private const string Rate = "20MB";

    /// <summary>What may be in flight, in a ring and in a socket buffer when an end is killed.</summary>
    private const long WindowBytes = 1_500_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastpath-cli-");
    private readonly Dictionary<string, CliProcess> _nodes = [];
    private readonly byte[] _code = RandomNumberGenerator.GetBytes(CodeBytes);
    private readonly Random _random = new(11);

    public void Dispose()
    {
        foreach (CliProcess node in _nodes.Values)
        {
            node.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    [Trait("Scenario", "R5")]
    public async Task A_receiver_killed_ten_times_gets_every_byte_about_once()
    {
        string source = await StartAsync("source");
        string key = await PutAsync(source);
        string[] arguments = ["get", key, "--via", source, "--partial", PathOf("partial"), "--code-out", PathOf("out"), "--json"];
        for (int i = 1; i <= Kills; i++)
        {
            using var get = new CliProcess(arguments);
            await KillAtAsync(get, i, Kills + 1);
        }

        (int exitCode, string printed, string errors) = await CliProcess.RunAsync(arguments);
        Assert.True(exitCode == 0, errors);
        Assert.True(JsonNode.Parse(printed)!["resumed_from"]!.GetValue<long>() > CodeBytes / 2);
        AssertFetched();
        Assert.Equal(0, await _nodes["source"].StopAsync());
        long sent = JsonNode.Parse(_nodes["source"].Output.Trim().Split('\n')[^1])!["payload_bytes_sent"]!.GetValue<long>();
        output.WriteLine($"{sent} bytes in FRAGMENT frames after {Kills} kills of the receiver");
        Assert.InRange(sent, CodeBytes, (CodeBytes * 105L / 100) + (Kills * WindowBytes));
    }

    [Fact]
    [Trait("Scenario", "R5")]
    public async Task A_sender_killed_again_and_again_is_asked_for_the_rest()
    {
        const int SenderKills = 3;
        string source = await StartAsync("source");
        string key = await PutAsync(source);
        string listen = source[(source.IndexOf('@', StringComparison.Ordinal) + 1)..];
        using var get = new CliProcess(
            "get", key, "--via", source, "--partial", PathOf("partial"), "--code-out", PathOf("out"), "--retries", "30", "--json");
        for (int i = 1; i <= SenderKills; i++)
        {
            await KillAtAsync(_nodes["source"], i, SenderKills + 1, get);
            await _nodes["source"].WaitAsync();
            await StartAsync("source", listen);
        }

        int exitCode = await get.WaitAsync();
        Assert.True(exitCode == 0, get.Errors);
        AssertFetched();
        JsonNode document = JsonNode.Parse(get.Output)!;
        output.WriteLine($"{document["payload_bytes_received"]} bytes in FRAGMENT frames after {SenderKills} kills of the sender");

        // Two points that were drawn close together: the second kill falls into the pause after the first, one retry for both.
        Assert.InRange(document["retries"]!.GetValue<int>(), 1, int.MaxValue);
        Assert.Equal(0, document["restarts"]!.GetValue<int>());
        Assert.InRange(
            document["payload_bytes_received"]!.GetValue<long>(), CodeBytes, (CodeBytes * 105L / 100) + (SenderKills * WindowBytes));
    }

    [Fact]
    public async Task A_source_that_is_lost_is_replaced_by_another_one()
    {
        string first = await StartAsync("first");
        string second = await StartAsync("second");
        string key = await PutAsync(first);
        Assert.Equal(key, await PutAsync(second));
        using var get = new CliProcess(
            "get", key, "--via", first, "--via", second, "--partial", PathOf("partial"), "--code-out", PathOf("out"), "--retries", "30", "--json");

        // Whichever of them serves, one of the two kills takes it away.
        string listen = first[(first.IndexOf('@', StringComparison.Ordinal) + 1)..];
        await KillAtAsync(_nodes["first"], 1, 3, get);
        await _nodes["first"].WaitAsync();
        await StartAsync("first", listen);
        await KillAtAsync(_nodes["second"], 2, 3, get);
        int exitCode = await get.WaitAsync();
        Assert.True(exitCode == 0, get.Errors);
        AssertFetched();
        JsonNode document = JsonNode.Parse(get.Output)!;
        Assert.Equal(0, document["restarts"]!.GetValue<int>());
        Assert.InRange(
            document["payload_bytes_received"]!.GetValue<long>(), CodeBytes, (CodeBytes * 105L / 100) + (2 * WindowBytes));
    }

    /// <summary>Kills somewhere in the given part of the transfer, as its journal shows it.</summary>
    private async Task KillAtAsync(CliProcess victim, int part, int parts, CliProcess? get = null)
    {
        string partial = PathOf("partial");
        long at = (long)((part - 1 + _random.NextDouble()) / parts * CodeBytes);
        using var limit = new CancellationTokenSource(Patience);
        while (BytesIn(partial) < at && !(get ?? victim).HasExited)
        {
            await Task.Delay(1, limit.Token);
        }

        Assert.False((get ?? victim).HasExited, (get ?? victim).Errors);
        victim.Kill();
        await victim.WaitAsync();
    }

    private static long BytesIn(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length) : 0;

    private void AssertFetched()
    {
        Assert.Equal(SHA256.HashData(_code), SHA256.HashData(File.ReadAllBytes(PathOf("out"))));
        Assert.Empty(Directory.EnumerateFiles(PathOf("partial")));
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task<string> PutAsync(string via)
    {
        string file = PathOf("code");
        await File.WriteAllBytesAsync(file, _code);
        (int exitCode, string printed, string errors) = await CliProcess.RunAsync("put", "--code", file, "--via", via);
        Assert.True(exitCode == 0, errors);
        return printed.Trim();
    }

    private async Task<string> StartAsync(string name, string listen = "127.0.0.1:0")
    {
        (CliProcess process, string address) = await CliProcess.StartNodeAsync(_folder.FullName, name, listen, "--rate", Rate);
        _nodes[name] = process;
        return address;
    }
}
