using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Sources;

/// <summary>One C# file: where it lies under the root, its text and its syntax.</summary>
internal sealed class SourceFile
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.Parse);

    private readonly Lazy<CompilationUnitSyntax> _root;

    /// <param name="path">Relative to the root, with forward slashes: <c>src/Project/Folder/File.cs</c>.</param>
    public SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        string[] parts = path.Split('/');
        Area = parts[0];
        Project = parts[1];
        Folders = parts[2..^1];
        Name = parts[^1];
        _root = new(() => CSharpSyntaxTree.ParseText(text, Options, path).GetCompilationUnitRoot());
    }

    public string Path { get; }

    public string Text { get; }

    /// <summary>The folder at the top: src, tests, bench or fuzz.</summary>
    public string Area { get; }

    public string Project { get; }

    /// <summary>Folders between the project and the file.</summary>
    public IReadOnlyList<string> Folders { get; }

    public string Name { get; }

    public CompilationUnitSyntax Root => _root.Value;

    /// <summary>Types and delegates that stand in no other type.</summary>
    public IEnumerable<MemberDeclarationSyntax> TopLevelTypes => Root
        .DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
        .OfType<MemberDeclarationSyntax>()
        .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    /// <summary>Types and delegates at any depth.</summary>
    public IEnumerable<MemberDeclarationSyntax> Types => Root
        .DescendantNodes()
        .OfType<MemberDeclarationSyntax>()
        .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    public static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax declaration => declaration.Identifier.Text,
        DelegateDeclarationSyntax declaration => declaration.Identifier.Text,
        _ => throw new ArgumentException($"{type.Kind()} is no type.", nameof(type)),
    };

    /// <summary>Number of the line, from 1, on which a node begins.</summary>
    public static int LineOf(SyntaxNode node) => LineOf(node.SyntaxTree, node.SpanStart);

    public static int LineOf(SyntaxTree tree, int position) =>
        tree.GetText().Lines.GetLineFromPosition(position).LineNumber + 1;
}
