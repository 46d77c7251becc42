using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>The core reads no clock, draws no random number and opens no socket.</summary>
/// <remarks>
/// Time, chance and bytes are arguments. By name, so that it holds also where no analyzer of banned symbols runs.
/// </remarks>
internal static class CoreIsolationRule
{
    private static readonly HashSet<string> Projects = ["FastPath.Protocol", "FastPath.Serialization"];

    private static readonly HashSet<string> Banned =
    [
        "Stopwatch", "UtcNow", "TickCount", "TickCount64", "TimeProvider", "Timer", "PeriodicTimer", "Thread",
        "Random", "RandomNumberGenerator", "Sockets", "Socket", "UdpClient",
    ];

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        if (file.Area != "src" || !Projects.Contains(file.Project))
        {
            yield break;
        }

        foreach (SimpleNameSyntax name in file.Root.DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (Banned.Contains(name.Identifier.Text))
            {
                yield return new(
                    file.Path, $"'{name.Identifier.Text}' on line {SourceFile.LineOf(name)}: an argument instead");
            }
        }
    }
}
