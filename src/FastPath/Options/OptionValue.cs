using System.Globalization;
using FastPath.Serialization.Contracts;
using Microsoft.Extensions.Configuration;

namespace FastPath.Options;

/// <summary>The text of one option in a configuration; what is no such value ends in an exception that names the option.</summary>
internal readonly struct OptionValue(IConfigurationSection section)
{
    private static readonly (string Suffix, double Seconds)[] TimeUnits = [("ms", 0.001), ("s", 1), ("m", 60)];

    private string Text => section.Value ?? "";

    public OptionValue Of(string name) => new(section.GetSection(name));

    /// <summary>Whether anything is said of it.</summary>
    public bool IsThere => section.Exists();

    public bool ToSwitch() => Text.ToUpperInvariant() switch
    {
        "ON" or "TRUE" => true,
        "OFF" or "FALSE" => false,
        _ => throw Wrong("on or off"),
    };

    public int ToInt() => int.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw Wrong("a whole number");

    /// <summary>0 for "auto".</summary>
    public int ToIntOrAuto() => Text.Equals("auto", StringComparison.OrdinalIgnoreCase) ? 0 : ToInt();

    public long ToSize() => SizeText.TryParse(Text, out long bytes) ? bytes : throw Wrong("a size such as 64KiB, 10MB or 1GB");

    public TimeSpan ToTime()
    {
        if (TimeSpan.TryParseExact(Text, "c", CultureInfo.InvariantCulture, out TimeSpan time) && Text.Contains(':', StringComparison.Ordinal))
        {
            return time;
        }

        foreach ((string suffix, double seconds) in TimeUnits)
        {
            if (Text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(Text[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        throw Wrong("a time such as 500ms, 30s, 2m or 7.00:00:00");
    }

    /// <summary>Names as in code or as on the command line: "OptIn" and "opt-in" are one.</summary>
    public T ToChoice<T>()
        where T : struct, Enum
    {
        string name = Text.Replace("-", "", StringComparison.Ordinal);
        return name.Length > 0 && char.IsLetter(name[0]) && Enum.TryParse(name, ignoreCase: true, out T value) && Enum.IsDefined(value)
            ? value
            : throw Wrong(string.Join(", ", Enum.GetNames<T>()));
    }

    /// <summary>Null when it is empty.</summary>
    public string? ToText() => Text.Length == 0 ? null : Text;

    public IReadOnlyCollection<ReadOnlyMemory<byte>> ToKeys()
    {
        var keys = new List<ReadOnlyMemory<byte>>();
        foreach (IConfigurationSection item in section.GetChildren())
        {
            var value = new OptionValue(item);
            keys.Add(Base58.TryDecode(value.Text, out byte[]? key) && key.Length == 32
                ? key
                : throw value.Wrong("a public key (32 bytes in base58)"));
        }

        return keys;
    }

    private ArgumentException Wrong(string expected) => new($"option {section.Path} '{Text}': expected {expected}", section.Key);
}
