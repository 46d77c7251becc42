using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>A file is named after its type; a part of a partial type is <c>Type.Part.cs</c>.</summary>
internal static class FileNameRule
{
    public static IEnumerable<Violation> Check(SourceFile file)
    {
        foreach (MemberDeclarationSyntax type in file.TopLevelTypes)
        {
            string name = SourceFile.NameOf(type);
            bool isPartial = type.Modifiers.Any(modifier => modifier.IsKind(SyntaxKind.PartialKeyword));
            bool isPart = isPartial && file.Name.Split('.') is [var first, _, "cs"] && first == name;
            if (!isPart && file.Name != $"{name}.cs")
            {
                yield return new(file.Path, $"declares {name}: name it {name}.cs or, when partial, {name}.Part.cs");
            }
        }
    }
}
