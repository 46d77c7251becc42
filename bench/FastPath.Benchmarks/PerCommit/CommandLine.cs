using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FastPath.Benchmarks.PerCommit;

/// <summary>The command line as one commit built it.</summary>
/// <param name="Commit">Its name, for the report.</param>
/// <param name="Path">The assembly.</param>
internal sealed record CommandLine(string Commit, string Path)
{
    private const int WrongUsage = 2;

    /// <returns>The document; null when this commit does not know the measurement.</returns>
    /// <exception cref="InvalidOperationException">The measurement failed.</exception>
    public JsonObject? Run(CommitMeasurement measurement)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Path, "bench", .. measurement.Arguments, "--json"])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode switch
        {
            0 => JsonNode.Parse(output)!.AsObject(),
            WrongUsage => null,
            _ => throw new InvalidOperationException($"{Commit}: bench {measurement.Name}: {errors.Result.Trim()}"),
        };
    }
}
