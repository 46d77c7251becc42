using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace FastPath.Cli.Tests.Processes;

/// <summary>The command line as a process of its own.</summary>
internal sealed class CliProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _outputEnd;
    private readonly Task _errorEnd;

    public CliProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "FastPath.Cli.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _outputEnd = Task.Run(() => Collect(_process.StandardOutput, _output, _firstLine));
        _errorEnd = Task.Run(() => Collect(_process.StandardError, _errors, null));
    }

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = new CliProcess(arguments);
        int exitCode = await process.WaitAsync();
        return (exitCode, process.Output, process.Errors);
    }

    /// <summary>Starts a node and waits until it accepts traffic.</summary>
    public static async Task<(CliProcess Process, string Address)> StartNodeAsync(
        string folder, string name, string listen, params string[] more)
    {
        string identity = Path.Combine(folder, $"{name}.key");
        if (!File.Exists(identity))
        {
            Assert.Equal(0, (await RunAsync("keygen", "--out", identity)).ExitCode);
        }

        var process = new CliProcess(
            ["node", "--json", "--listen", listen, "--identity", identity, "--store", Path.Combine(folder, name), .. more]);
        string line = await process._firstLine.Task.WaitAsync(Limit);
        return (process, JsonNode.Parse(line)!["ready"]!.GetValue<string>());
    }

    public async Task<int> WaitAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        await Task.WhenAll(_outputEnd, _errorEnd);
        return _process.ExitCode;
    }

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Asks the process to end, as an operator does, and waits for it; gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        return await WaitAsync();
    }

    /// <summary>The process stands still from now on, or goes on.</summary>
    public void Signal(bool stops)
    {
        using var kill = Process.Start("kill", [stops ? "-STOP" : "-CONT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Ends the process as kill -9 does.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static void Collect(StreamReader from, StringBuilder into, TaskCompletionSource<string>? firstLine)
    {
        while (from.ReadLine() is { } line)
        {
            firstLine?.TrySetResult(line);
            lock (into)
            {
                into.AppendLine(line);
            }
        }

        firstLine?.TrySetException(new EndOfStreamException("the process ended without a line of output"));
    }
}
