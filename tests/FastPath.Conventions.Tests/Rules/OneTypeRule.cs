using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>A file declares one top-level type.</summary>
internal static class OneTypeRule
{
    public static IEnumerable<Violation> Check(SourceFile file)
    {
        string[] names = [.. file.TopLevelTypes.Select(SourceFile.NameOf)];
        if (names.Length > 1)
        {
            yield return new(file.Path, $"declares {string.Join(", ", names)}: one type a file");
        }
    }
}
