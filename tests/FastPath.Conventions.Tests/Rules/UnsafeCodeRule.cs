using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>
/// Code that the compiler cannot vouch for stands in four projects only, and its member or type says why it is safe.
/// </summary>
/// <remarks>Tests may reinterpret bytes; what ships may not.</remarks>
internal static class UnsafeCodeRule
{
    public static readonly IReadOnlySet<string> Projects =
        new HashSet<string> { "FastPath.Buffers", "FastPath.Cryptography", "FastPath.Serialization", "FastPath.Sockets" };

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        if (file.Area != "src")
        {
            yield break;
        }

        foreach (SyntaxToken act in file.Root.DescendantTokens().Where(IsUnsafe))
        {
            int line = SourceFile.LineOf(file.Root.SyntaxTree, act.SpanStart);
            if (!Projects.Contains(file.Project))
            {
                yield return new(file.Path, $"'{act.Text}' on line {line}: not in this project");
            }
            else if (!IsExplained(act))
            {
                yield return new(
                    file.Path, $"'{act.Text}' on line {line}: neither the member nor its type has a SAFETY: comment");
            }
        }
    }

    private static bool IsUnsafe(SyntaxToken token) =>
        token.IsKind(SyntaxKind.UnsafeKeyword)
        || (token.Text is "Unsafe" or "MemoryMarshal"
            && token.Parent is IdentifierNameSyntax name
            && IsQualifier(name));

    /// <summary>Unsafe.X or Some.Namespace.Unsafe.X, not a name of one's own.</summary>
    private static bool IsQualifier(IdentifierNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access when access.Expression == name => true,
        MemberAccessExpressionSyntax { Parent: MemberAccessExpressionSyntax } access => access.Name == name,
        _ => false,
    };

    private static bool IsExplained(SyntaxToken act)
    {
        MemberDeclarationSyntax? member = act.Parent?.FirstAncestorOrSelf<MemberDeclarationSyntax>();
        if (member is null)
        {
            return false;
        }

        // A member counts with its body, a type only with what stands above it.
        return (member is not BaseTypeDeclarationSyntax && HasReason(member.DescendantTrivia()))
            || member.AncestorsAndSelf().OfType<BaseTypeDeclarationSyntax>()
                .Any(type => HasReason(type.GetLeadingTrivia()));
    }

    private static bool HasReason(IEnumerable<SyntaxTrivia> trivia) =>
        trivia.Any(t => t.ToFullString().Contains("SAFETY:", StringComparison.Ordinal));
}
