using System.Text.RegularExpressions;
using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>No type and no folder is called after what could hold anything.</summary>
internal static partial class VagueNameRule
{
    private static readonly HashSet<string> Vague = new(StringComparer.OrdinalIgnoreCase)
    {
        "Manager", "Managers", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common",
    };

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        IEnumerable<string> names = file.Types.Select(SourceFile.NameOf).Concat(file.Folders).Append(file.Project);
        foreach (string name in names)
        {
            if (Words().Matches(name).FirstOrDefault(word => Vague.Contains(word.Value)) is { } vague)
            {
                yield return new(file.Path, $"'{name}' says '{vague.Value}': name what it does");
            }
        }
    }

    /// <summary>The words of a name in Pascal case.</summary>
    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Words();
}
