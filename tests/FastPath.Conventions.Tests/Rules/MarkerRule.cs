using System.Text.RegularExpressions;
using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>Nothing is left for later in a comment or in a text.</summary>
internal static partial class MarkerRule
{
    /// <summary>Looks at comments only: a string may speak of markers.</summary>
    public static IEnumerable<Violation> Check(SourceFile file) => file.Root
        .DescendantTrivia(descendIntoTrivia: false)
        .SelectMany(trivia => Markers().Matches(trivia.ToFullString()), (trivia, match) => (trivia, match))
        .Select(found => new Violation(file.Path, $"{found.match.Value} in '{found.trivia.ToFullString().Trim()}'"));

    public static IEnumerable<Violation> CheckText(string path, string text) =>
        Markers().Matches(text).Select(match => new Violation(path, match.Value));

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex Markers();
}
