using System.Globalization;

namespace FastPath.Cli.Parsing;

/// <summary>Sizes as people write them: KB, MB, GB are powers of ten, KiB, MiB, GiB powers of two, a bare number is bytes.</summary>
internal static class Sizes
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1),
    ];

    public static long Parse(string option, string text)
    {
        foreach ((string suffix, long factor) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && decimal.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
                && number * factor <= long.MaxValue)
            {
                return (long)(number * factor);
            }
        }

        throw new CommandException(ExitCode.Usage, $"{option} '{text}': expected a size such as 64KiB, 10MB or 1GB");
    }

    public static string Format(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.##} GB",
        >= 1_000_000 => $"{bytes / 1e6:0.##} MB",
        >= 1_000 => $"{bytes / 1e3:0.##} KB",
        _ => $"{bytes} B",
    };
}
