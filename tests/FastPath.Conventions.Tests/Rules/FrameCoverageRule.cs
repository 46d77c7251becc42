using FastPath.Conventions.Tests.Sources;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>Everything in Protocol/Frames that reads bytes of a peer is read by a fuzz target.</summary>
internal static class FrameCoverageRule
{
    public static IEnumerable<Violation> Check(IReadOnlyCollection<SourceFile> files)
    {
        var reached = files
            .Where(file => file.Area == "fuzz")
            .SelectMany(file => file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>())
            .Select(call => call.Expression.ToString())
            .ToHashSet();
        return files
            .Where(file => file is { Area: "src", Project: "FastPath.Protocol", Folders: ["Frames"] })
            .SelectMany(file => file.TopLevelTypes.OfType<TypeDeclarationSyntax>(), (file, type) => (file, type))
            .Where(found => ReadsFrame(found.type) && !reached.Contains($"{found.type.Identifier.Text}.TryRead"))
            .Select(found => new Violation(found.file.Path, "no fuzz target reads it"));
    }

    /// <summary>A frame is what is read from a FrameReader by a static TryRead.</summary>
    private static bool ReadsFrame(TypeDeclarationSyntax declaration) => declaration.Members
        .OfType<MethodDeclarationSyntax>()
        .Any(method => method.Identifier.Text == "TryRead"
            && method.ParameterList.Parameters is [{ Type: IdentifierNameSyntax type }, ..]
            && type.Identifier.Text == "FrameReader");
}
