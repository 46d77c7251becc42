using Microsoft.CodeAnalysis;

namespace FastPath.Conventions.Tests.Sources;

/// <summary>Rules that look at nothing would hold: the tree must be the whole repository.</summary>
public sealed class SourceTreeTests
{
    [Theory]
    [InlineData("src/FastPath/FastPathNode.cs")]
    [InlineData("src/FastPath.Protocol/Connections/Connection.Receiving.cs")]
    [InlineData("tests/FastPath.Conventions.Tests/Sources/SourceTreeTests.cs")]
    [InlineData("bench/FastPath.Benchmarks/Program.cs")]
    [InlineData("fuzz/FastPath.Fuzz/Program.cs")]
    public void The_tree_holds_files_of_every_area(string path) =>
        Assert.Contains(path, SourceTree.Current.Files.Select(file => file.Path));

    [Fact]
    public void The_tree_holds_projects_properties_and_texts()
    {
        Assert.Contains("src/FastPath/FastPath.csproj", SourceTree.Current.Projects.Select(project => project.Path));
        Assert.Contains("Directory.Packages.props", SourceTree.Current.Properties.Select(file => file.Path));
        Assert.Contains("README.md", SourceTree.Current.Texts.Select(text => text.Path));
    }

    [Fact]
    public void What_a_build_leaves_is_not_part_of_the_tree() =>
        Assert.DoesNotContain(SourceTree.Current.Files, file => file.Folders.Any(folder => folder is "obj" or "bin"));

    [Fact]
    public void Every_file_parses() => Assert.All(
        SourceTree.Current.Files,
        file => Assert.DoesNotContain(file.Root.GetDiagnostics(), found => found.Severity == DiagnosticSeverity.Error));
}
