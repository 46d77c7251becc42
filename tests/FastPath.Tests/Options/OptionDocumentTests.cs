using System.Globalization;
using System.Reflection;
using FastPath.Options;

namespace FastPath.Tests.Options;

/// <summary>The table of native-notes/options.md says what the code does.</summary>
public sealed class OptionDocumentTests
{
    private static readonly (string Unit, long Bytes)[] Units = [(" MiB", 1 << 20), (" KiB", 1 << 10), (" B", 1)];

    private static readonly IReadOnlyList<PropertyInfo> Properties = typeof(FastPathOptions).GetProperties();

    [Fact]
    public void Every_option_stands_in_the_table_once_and_nothing_else() => Assert.Equal(
        Properties.Select(property => property.Name).Order(StringComparer.Ordinal),
        Rows().Select(row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void What_the_table_leaves_to_code_is_what_no_configuration_can_say() => Assert.Equal(
        Rows().Where(row => row[1] is not ("code" or "read only")).Select(row => row[0]).Order(StringComparer.Ordinal),
        OptionTable.Entries.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void The_defaults_are_those_of_the_code()
    {
        var options = new FastPathOptions();
        foreach (string[] row in Rows().Where(row => row[1] is not ("code" or "read only")))
        {
            object? value = Properties.Single(property => property.Name == row[0]).GetValue(options);
            Assert.True(Says(row[1], value), $"{row[0]}: the table says '{row[1]}', the code {value}");
        }
    }

    private static bool Says(string text, object? value) => value switch
    {
        null => text == "none",
        bool flag => text == (flag ? "on" : "off"),
        Enum choice => text == choice.ToString(),
        int number => text == number.ToString(CultureInfo.InvariantCulture) || text == Size(number),
        long bytes => text == (bytes == 0 ? "none" : Size(bytes)),
        TimeSpan time => text == (time.TotalDays >= 1 ? $"{time.TotalDays} d" : $"{time.TotalSeconds} s"),
        RetryBudget retry => text == $"{retry.AttemptsWithoutProgress} attempts",
        IReadOnlyCollection<ReadOnlyMemory<byte>> keys => keys.Count == 0 && text == "none",
        _ => false,
    };

    private static string Size(long bytes)
    {
        (string unit, long factor) = Units.First(unit => bytes % unit.Bytes == 0);
        return (bytes / factor).ToString("#,0", CultureInfo.InvariantCulture) + unit;
    }

    private static IEnumerable<string[]> Rows()
    {
        DirectoryInfo at = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "FastPath.sln")))
        {
            at = at.Parent!;
        }

        return File.ReadLines(Path.Combine(at.FullName, "native-notes", "options.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| option", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1]);
    }
}
