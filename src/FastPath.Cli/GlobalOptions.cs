using System.CommandLine;

namespace FastPath.Cli;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Exactly one JSON document on standard output",
        Recursive = true,
    };

    public static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Stack traces with errors",
        Recursive = true,
    };
}
