using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>Shipped types say what they are; members that a user of the library sees say what they do.</summary>
internal static class DocumentationRule
{
    // What these do is known from the interface that they fill.
    private static readonly HashSet<string> Known =
        ["Dispose", "DisposeAsync", "CompareTo", "Equals", "GetHashCode", "ToString"];

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        if (file.Area != "src")
        {
            yield break;
        }

        foreach (MemberDeclarationSyntax type in file.TopLevelTypes.Where(type => !HasDocumentation(type)))
        {
            yield return new($"{file.Path}::{SourceFile.NameOf(type)}", "the type has no documentation comment");
        }

        foreach (MemberDeclarationSyntax member in file.Root.DescendantNodes().OfType<MemberDeclarationSyntax>())
        {
            if (member.Parent is BaseTypeDeclarationSyntax && IsSeen(member) && !HasDocumentation(member))
            {
                yield return new($"{file.Path}::{NameOf(member)}", "the public member has no documentation comment");
            }
        }
    }

    private static bool IsSeen(MemberDeclarationSyntax member) =>
        !member.Modifiers.Any(SyntaxKind.OverrideKeyword)
        && member is not OperatorDeclarationSyntax
        && !Known.Contains(NameOf(member))
        && (IsPublic(member) || member is EnumMemberDeclarationSyntax || member.Parent is InterfaceDeclarationSyntax)
        && member.Ancestors().OfType<BaseTypeDeclarationSyntax>().All(IsPublic);

    private static bool IsPublic(MemberDeclarationSyntax member) =>
        member.Modifiers.Any(SyntaxKind.PublicKeyword)
        || (member.Modifiers.Any(SyntaxKind.ProtectedKeyword) && !member.Modifiers.Any(SyntaxKind.PrivateKeyword));

    private static bool HasDocumentation(SyntaxNode node) =>
        node.GetLeadingTrivia().Any(trivia => trivia.GetStructure() is DocumentationCommentTriviaSyntax);

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        BaseTypeDeclarationSyntax or DelegateDeclarationSyntax => SourceFile.NameOf(member),
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        EnumMemberDeclarationSyntax value => value.Identifier.Text,
        BaseFieldDeclarationSyntax field => field.Declaration.Variables[0].Identifier.Text,
        EventDeclarationSyntax declaration => declaration.Identifier.Text,
        _ => member.Kind().ToString(),
    };
}
