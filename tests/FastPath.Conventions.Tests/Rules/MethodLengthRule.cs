using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>A method, constructor, accessor, local function or program of statements has at most 70 lines.</summary>
/// <remarks>Comments above it and its attributes do not count.</remarks>
internal static class MethodLengthRule
{
    public const int LinesMax = 70;

    public static IEnumerable<Violation> Check(SourceFile file)
    {
        foreach (SyntaxNode node in file.Root.DescendantNodes())
        {
            if (NameOf(node) is { } name && LinesOf(node) is var lines and > LinesMax)
            {
                yield return new($"{file.Path}::{name}", $"{lines} lines, at most {LinesMax}");
            }
        }

        var statements = file.Root.Members.OfType<GlobalStatementSyntax>().ToList();
        int all = statements.Count == 0 ? 0 : Lines(statements[0].SpanStart, statements[^1].Span.End, file.Root);
        if (all > LinesMax)
        {
            yield return new($"{file.Path}::<program>", $"{all} lines, at most {LinesMax}");
        }
    }

    private static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        DestructorDeclarationSyntax destructor => "~" + destructor.Identifier.Text,
        OperatorDeclarationSyntax operation => "operator " + operation.OperatorToken.Text,
        ConversionOperatorDeclarationSyntax conversion => "operator " + conversion.Type,
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        _ => null,
    };

    private static int LinesOf(SyntaxNode node)
    {
        SyntaxNode? attributes = node.ChildNodes().LastOrDefault(child => child.IsKind(SyntaxKind.AttributeList));
        int start = attributes?.GetLastToken().GetNextToken().SpanStart ?? node.SpanStart;
        return Lines(start, node.Span.End, node);
    }

    private static int Lines(int start, int end, SyntaxNode node) =>
        SourceFile.LineOf(node.SyntaxTree, end) - SourceFile.LineOf(node.SyntaxTree, start) + 1;
}
