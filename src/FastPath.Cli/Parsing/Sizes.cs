using FastPath.Options;

namespace FastPath.Cli.Parsing;

/// <summary>Sizes on the command line and in what is printed.</summary>
internal static class Sizes
{
    public static long Parse(string option, string text) => SizeText.TryParse(text, out long bytes)
        ? bytes
        : throw new CommandException(ExitCode.Usage, $"{option} '{text}': expected a size such as 64KiB, 10MB or 1GB");

    public static string Format(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.##} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.##} MB",
        >= 1_000 => $"{bytes / 1e3:0.##} KB",
        _ => $"{bytes} B",
    };
}
