using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace FastPath.Cli.Tests.Processes;

/// <summary>Real processes on loopback: what a user of the command line does, and what goes wrong for one.</summary>
public sealed class NodeProcessTests : IDisposable
{
    private const string AnyPort = "127.0.0.1:0";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastpath-cli-");
    private readonly List<CliProcess> _nodes = [];

    public void Dispose()
    {
        _nodes.ForEach(node => node.Dispose());
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_contract_put_at_the_first_of_five_nodes_is_fetched_at_the_last()
    {
        byte[] code = RandomNumberGenerator.GetBytes(5_000_000);
        string codeFile = await WriteAsync("code", code);
        string stateFile = await WriteAsync("state", RandomNumberGenerator.GetBytes(300_000));
        string first = await StartAsync("n0", AnyPort, "--cache", "off");
        (int putCode, string putOutput, string putErrors) = await CliProcess.RunAsync(
            "put", "--code", codeFile, "--state", stateFile, "--via", first, "--json");
        Assert.True(putCode == 0, putErrors);
        string key = JsonNode.Parse(putOutput)!["key"]!.GetValue<string>();

        // Only now, since a PUT goes on to where its key belongs: the nodes between keep nothing of what they pass on.
        string last = first;
        for (int i = 1; i < 5; i++)
        {
            last = await StartAsync($"n{i}", AnyPort, "--cache", "off", "--peer", last);
        }

        string codeOut = PathOf("code-out");
        string stateOut = PathOf("state-out");
        (int getCode, _, string getErrors) = await GetUntilLinkedAsync(
            key, last, "--code-out", codeOut, "--state-out", stateOut);
        Assert.True(getCode == 0, getErrors);
        Assert.Equal(SHA256.HashData(code), SHA256.HashData(await File.ReadAllBytesAsync(codeOut)));
        Assert.Equal(await File.ReadAllBytesAsync(stateFile), await File.ReadAllBytesAsync(stateOut));
        Assert.Empty(Directory.GetFiles(PathOf("n2")));
    }

    [Fact]
    public async Task A_relay_killed_in_the_middle_ends_the_get_with_a_word_and_leaves_no_file()
    {
        string codeFile = await WriteAsync("code", RandomNumberGenerator.GetBytes(120_000_000));
        string first = await StartAsync("n0", AnyPort, "--cache", "off");
        string second = await StartAsync("n1", AnyPort, "--cache", "off", "--peer", first);
        CliProcess relay = _nodes[1];
        string last = await StartAsync("n2", AnyPort, "--cache", "off", "--peer", second);
        (int putCode, string putOutput, string putErrors) = await CliProcess.RunAsync("put", "--code", codeFile, "--via", first);
        Assert.True(putCode == 0, putErrors);
        string key = putOutput.Trim();
        Assert.Equal(4, (await CliProcess.RunAsync("get", new string('1', 32), "--via", last)).ExitCode);
        using var get = new CliProcess("get", key, "--via", last, "--code-out", PathOf("out"));
        await Task.Delay(50);
        relay.Kill();
        int exitCode = await get.WaitAsync();
        Assert.True(exitCode is 0 or 4 or 6, $"{exitCode}: {get.Errors}");
        Assert.Equal(exitCode == 0, File.Exists(PathOf("out")));
        Assert.True(exitCode == 0 || get.Errors.Trim().Split('\n').Length == 1, get.Errors);
    }

    [Fact]
    public async Task A_storing_node_killed_in_the_middle_shows_no_half_written_contract_after_its_restart()
    {
        string codeFile = await WriteAsync("code", RandomNumberGenerator.GetBytes(60_000_000));
        string address = await StartAsync("n0", AnyPort);
        string listen = address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..];
        using var put = new CliProcess("put", "--code", codeFile, "--via", address);
        string store = PathOf("n0");
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            while (!Directory.EnumerateFiles(store).Any() && !limit.IsCancellationRequested)
            {
                await Task.Delay(1);
            }
        }

        _nodes[0].Kill();
        await _nodes[0].WaitAsync();
        await StartAsync("n0", listen);
        Assert.All(Directory.EnumerateFiles(store), file => Assert.EndsWith(".contract", file, StringComparison.Ordinal));
        put.Kill();
    }

    [Fact]
    public async Task Wrong_keys_dead_peers_and_taken_ports_end_with_their_codes_and_one_line()
    {
        string address = await StartAsync("n0", AnyPort);
        string endPoint = address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..];
        string otherKey = (await CliProcess.RunAsync("keygen", "--out", PathOf("other.key"))).Output.Trim();
        await AssertFailsAsync(3, "ping", $"{otherKey}@{endPoint}", "--count", "1");
        await AssertFailsAsync(3, "ping", $"{otherKey}@127.0.0.1:9", "--count", "1");
        await AssertFailsAsync(
            7, "node", "--listen", endPoint, "--identity", PathOf("other.key"), "--store", PathOf("other-store"));
        await AssertFailsAsync(2, "ping", "nonsense");
        await AssertFailsAsync(2, "ping", address, "--rate", "0");
        await AssertFailsAsync(4, "get", new string('1', 32), "--via", address);
        await AssertFailsAsync(2, "get", "not+base58", "--via", address);
        await AssertFailsAsync(7, "node", "--listen", AnyPort, "--identity", PathOf("other.key"), "--store", "/proc/nowhere/store");
        Assert.Equal(0, (await CliProcess.RunAsync("ping", address, "--count", "2", "--json")).ExitCode);
    }

    [Fact]
    public async Task A_packed_contract_is_read_back_and_a_cut_one_is_refused_at_its_byte()
    {
        string codeFile = await WriteAsync("code", RandomNumberGenerator.GetBytes(100_000));
        string parameters = await WriteAsync("params", [1, 2, 3]);
        string packed = PathOf("packed");
        (int code, string output, string errors) = await CliProcess.RunAsync(
            "pack", "--code", codeFile, "--params", parameters, "--out", packed, "--json");
        Assert.True(code == 0, errors);
        JsonNode inspected = JsonNode.Parse((await CliProcess.RunAsync("inspect", packed, "--json")).Output)!;
        Assert.Equal(JsonNode.Parse(output)!["key"]!.GetValue<string>(), inspected["key"]!.GetValue<string>());
        Assert.Equal(100_000, inspected["code_bytes"]!.GetValue<long>());
        byte[] bytes = await File.ReadAllBytesAsync(packed);
        string cut = await WriteAsync("cut", bytes[..^10]);
        string message = await AssertFailsAsync(5, "inspect", cut);
        Assert.Contains("at byte", message, StringComparison.Ordinal);
        bytes[50_000] ^= 1;
        await AssertFailsAsync(5, "inspect", await WriteAsync("flipped", bytes));
    }

    [Theory]
    [InlineData("bincode")]
    [InlineData("flatbuffers")]
    [InlineData("archived")]
    public async Task Every_form_that_is_packed_is_read_back(string format)
    {
        string codeFile = await WriteAsync("code", RandomNumberGenerator.GetBytes(10_001));
        string packed = PathOf("packed");
        (int code, string output, string errors) = await CliProcess.RunAsync(
            "pack", "--code", codeFile, "--out", packed, "--format", format, "--json");
        Assert.True(code == 0, errors);
        JsonNode inspected = JsonNode.Parse((await CliProcess.RunAsync("inspect", packed, "--format", format, "--json")).Output)!;
        Assert.Equal(JsonNode.Parse(output)!["key"]!.GetValue<string>(), inspected["key"]!.GetValue<string>());
        byte[] bytes = await File.ReadAllBytesAsync(packed);
        await AssertFailsAsync(5, "inspect", await WriteAsync("cut", bytes[..(bytes.Length / 2)]), "--format", format);
        await AssertFailsAsync(2, "pack", "--code", codeFile, "--out", packed, "--format", "rkyv");
    }

    [Fact]
    public async Task The_serialize_bench_prints_one_document_with_its_fixed_fields()
    {
        (int code, string output, string errors) = await CliProcess.RunAsync("bench", "serialize", "--size", "1MB", "--json");
        Assert.True(code == 0, errors);
        JsonNode document = JsonNode.Parse(output)!;
        foreach (string field in (string[])
            ["bincode_incremental_mb_s", "bincode_parse_mb_s", "archived_access_ns", "peak_buffer_bytes", "blake3_mb_s", "memcpy_mb_s"])
        {
            Assert.True(document[field]!.GetValue<double>() > 0, field);
        }

        Assert.Equal(0, document["allocated_bytes"]!.GetValue<long>());
    }

    [Fact]
    public async Task The_demo_prints_one_document_with_its_fixed_fields()
    {
        (int code, string output, string errors) = await CliProcess.RunAsync("demo", "--size", "1MB", "--json");
        Assert.True(code == 0, errors);
        JsonNode document = JsonNode.Parse(output)!;
        Assert.True(document["identical"]!.GetValue<bool>());
        Assert.Equal(1_000_000, document["size_bytes"]!.GetValue<long>());
        foreach (string half in (string[])["buffered", "piped"])
        {
            foreach (string field in (string[])
                ["first_byte_us", "total_ms", "goodput_mb_s", "relay_peak_bytes", "relay_reorder_peak_bytes", "retransmits", "gc_collections", "allocated_bytes"])
            {
                Assert.NotNull(document[half]![field]);
            }

            Assert.Equal(2, document[half]!["relay_peak_bytes"]!.AsArray().Count);
        }
    }

    private static async Task<string> AssertFailsAsync(int expected, params string[] arguments)
    {
        (int code, string output, string errors) = await CliProcess.RunAsync(arguments);
        Assert.True(code == expected, $"{string.Join(' ', arguments)}: {code}, not {expected}: {errors}");
        Assert.Equal("", output.Trim());
        Assert.Single(errors.Trim().Split('\n'));
        return errors;
    }

    /// <summary>A node dials its peers behind its ready line; until they are linked it finds nothing.</summary>
    private static async Task<(int Code, string Output, string Errors)> GetUntilLinkedAsync(string key, string via, params string[] more)
    {
        (int Code, string Output, string Errors) result = default;
        for (int i = 0; i < 10; i++)
        {
            result = await CliProcess.RunAsync(["get", key, "--via", via, .. more]);
            if (result.Code != 4)
            {
                break;
            }
        }

        return result;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task<string> WriteAsync(string name, byte[] bytes)
    {
        await File.WriteAllBytesAsync(PathOf(name), bytes);
        return PathOf(name);
    }

    private async Task<string> StartAsync(string name, string listen, params string[] more)
    {
        (CliProcess process, string address) = await CliProcess.StartNodeAsync(_folder.FullName, name, listen, more);
        _nodes.Add(process);
        return address;
    }
}
