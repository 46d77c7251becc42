using System.Text.RegularExpressions;
using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>A trait is a scenario of the catalogue, spelled as there (R1, F12), or a category.</summary>
/// <remarks>A filter on a misspelled trait runs no test and says nothing.</remarks>
internal static partial class TraitRule
{
    public static IEnumerable<Violation> Check(SourceFile file)
    {
        foreach (AttributeSyntax attribute in file.Root.DescendantNodes().OfType<AttributeSyntax>())
        {
            if (attribute.Name.ToString() is not ("Trait" or "TraitAttribute" or "Xunit.Trait"))
            {
                continue;
            }

            string[] arguments = [.. attribute.ArgumentList?.Arguments.Select(ValueOf) ?? []];
            bool isKnown = arguments switch
            {
                ["Scenario", var scenario] => Scenario().IsMatch(scenario),
                ["Category", var category] => category.Length > 0,
                _ => false,
            };
            if (!isKnown)
            {
                yield return new(
                    file.Path, $"[{attribute}] on line {SourceFile.LineOf(attribute)} is no scenario and no category");
            }
        }
    }

    private static string ValueOf(AttributeArgumentSyntax argument) =>
        (argument.Expression as LiteralExpressionSyntax)?.Token.ValueText ?? "";

    [GeneratedRegex(@"^[A-Z]\d{1,2}$")]
    private static partial Regex Scenario();
}
