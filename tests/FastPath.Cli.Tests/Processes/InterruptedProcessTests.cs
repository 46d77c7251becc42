using System.Security.Cryptography;

namespace FastPath.Cli.Tests.Processes;

/// <summary>Processes that stand still again and again, or are gone, while bytes move as fast as they can.</summary>
public sealed class InterruptedProcessTests : IDisposable
{
    private const int PayloadBytes = 40_000_000;

    // The memory of all streams is bounded by 256 MiB; the rest is the runtime, its code and the contract being written.
    private const long ResidentBytesMax = 700_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(40);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastpath-cli-");
    private readonly List<CliProcess> _processes = [];

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_side_that_stands_still_again_and_again_loses_no_byte(int which)
    {
        (string last, string key, byte[] code) = await StartLineAsync();
        var get = new CliProcess("get", key, "--via", last, "--code-out", PathOf("out"));
        _processes.Add(get);
        CliProcess interrupted = _processes[which];
        int pauses = 0;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!get.HasExited)
        {
            Assert.False(limit.IsCancellationRequested, $"{pauses} pauses, and no end");
            interrupted.Signal(stops: true);
            await Task.Delay(Pause);
            interrupted.Signal(stops: false);
            pauses++;
            await Task.Delay(Pause);
        }

        Assert.True(await get.WaitAsync() == 0, get.Errors);
        Assert.True(pauses > 1);
        Assert.Equal(SHA256.HashData(code), SHA256.HashData(await File.ReadAllBytesAsync(PathOf("out"))));
        Assert.All(_processes[..2], node => Assert.InRange(node.ResidentBytes, 1, ResidentBytesMax));
    }

    [Fact]
    public async Task Those_who_are_killed_while_they_fetch_leave_nothing_behind_at_the_nodes()
    {
        (string last, string key, byte[] code) = await StartLineAsync();
        for (int i = 0; i < 3; i++)
        {
            DirectoryInfo partial = _folder.CreateSubdirectory($"partial-{i}");
            using var killed = new CliProcess(
                "get", key, "--via", last, "--code-out", PathOf($"killed-{i}"), "--partial", partial.FullName);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (!partial.EnumerateFiles().Any(file => file.Length > 0) && !killed.HasExited)
            {
                await Task.Delay(1, limit.Token);
            }

            killed.Kill();
        }

        (int exitCode, _, string errors) = await CliProcess.RunAsync("get", key, "--via", last, "--code-out", PathOf("out"));
        Assert.True(exitCode == 0, errors);
        Assert.Equal(SHA256.HashData(code), SHA256.HashData(await File.ReadAllBytesAsync(PathOf("out"))));
        Assert.All(_processes, node => Assert.InRange(node.ResidentBytes, 1, ResidentBytesMax));
        foreach (CliProcess node in _processes)
        {
            Assert.Equal(0, await node.StopAsync());
        }
    }

    /// <summary>A node that has a contract, and one that passes it on and keeps nothing.</summary>
    private async Task<(string Last, string Key, byte[] Code)> StartLineAsync()
    {
        byte[] code = RandomNumberGenerator.GetBytes(PayloadBytes);
        await File.WriteAllBytesAsync(PathOf("code"), code);
        string first = await StartAsync("n0");
        (int exitCode, string key, string errors) = await CliProcess.RunAsync("put", "--code", PathOf("code"), "--via", first);
        Assert.True(exitCode == 0, errors);
        string last = await StartAsync("n1", "--peer", first);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await CliProcess.RunAsync("get", key.Trim(), "--via", last, "--code-out", PathOf("first"))).ExitCode != 0)
        {
            // The two have not found each other yet.
            await Task.Delay(50, limit.Token);
        }

        return (last, key.Trim(), code);
    }

    private async Task<string> StartAsync(string name, params string[] more)
    {
        (CliProcess process, string address) = await CliProcess.StartNodeAsync(
            _folder.FullName, name, "127.0.0.1:0", ["--cache", "off", .. more]);
        _processes.Add(process);
        return address;
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
