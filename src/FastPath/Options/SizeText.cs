using System.Globalization;

namespace FastPath.Options;

/// <summary>Sizes as people write them: KB, MB, GB are powers of ten, KiB, MiB, GiB powers of two, a bare number is bytes.</summary>
internal static class SizeText
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        foreach ((string suffix, long factor) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && decimal.TryParse(text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
                && number <= long.MaxValue / factor)
            {
                bytes = (long)(number * factor);
                return true;
            }
        }

        bytes = 0;
        return false;
    }
}
