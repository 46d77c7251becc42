using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace FastPath.Cli.Tests.Processes;

/// <summary>Stages of the rollout as an operator sets them: whatever the stage, contracts go there and back.</summary>
public sealed class StageProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastpath-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("off", false, 0, 1)]
    [InlineData("shadow", false, 1, 1)]
    [InlineData("opt-in", false, 0, 1)]
    [InlineData("opt-in", true, 1, 0)]
    [InlineData("on", false, 1, 0)]
    public async Task A_contract_is_put_and_fetched_at_each_stage(string stage, bool isOptedIn, int streams, int wholes)
    {
        byte[] code = RandomNumberGenerator.GetBytes(300_000);
        string file = Path.Combine(_folder.FullName, "code");
        await File.WriteAllBytesAsync(file, code);
        string copy = Path.Combine(_folder.FullName, "copy");
        string[] wishes = ["--streaming", stage, .. isOptedIn ? (string[])["--stream"] : []];
        (CliProcess node, string address) = await CliProcess.StartNodeAsync(_folder.FullName, "n", "127.0.0.1:0", "--streaming", stage);
        using (node)
        {
            (int put, string key, string putErrors) = await CliProcess.RunAsync(["put", "--code", file, "--via", address, .. wishes]);
            Assert.True(put == 0, putErrors);
            (int get, _, string getErrors) = await CliProcess.RunAsync(["get", key.Trim(), "--via", address, "--code-out", copy, .. wishes]);
            Assert.True(get == 0, getErrors);
            Assert.Equal(code, await File.ReadAllBytesAsync(copy));
            Assert.Equal(0, await node.StopAsync());
            JsonNode stopped = JsonNode.Parse(node.Output.Trim().Split('\n')[^1])!;
            Assert.Equal((streams, wholes), (stopped["streams_sent"]!.GetValue<int>(), stopped["wholes_sent"]!.GetValue<int>()));
        }
    }

    [Theory]
    [InlineData("off")]
    [InlineData("shadow")]
    public async Task To_opt_in_where_nothing_is_streamed_is_wrong_usage(string stage)
    {
        (int code, _, string errors) = await CliProcess.RunAsync(
            "get", new string('1', 32), "--via", $"{new string('1', 32)}@127.0.0.1:9", "--streaming", stage, "--stream");
        Assert.Equal(2, code);
        Assert.Contains("--stream", errors, StringComparison.Ordinal);
    }
}
