using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>The namespace of a type is its project and its folders.</summary>
internal static class NamespaceRule
{
    public static IEnumerable<Violation> Check(SourceFile file)
    {
        string expected = string.Join('.', file.Folders.Prepend(file.Project));
        foreach (MemberDeclarationSyntax type in file.TopLevelTypes)
        {
            var namespaces = type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Reverse();
            string actual = string.Join('.', namespaces.Select(part => part.Name.ToString()));
            if (actual != expected)
            {
                yield return new(
                    file.Path, $"{SourceFile.NameOf(type)} is in '{actual}', the folder says '{expected}'");
            }
        }
    }
}
