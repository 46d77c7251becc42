using FastPath.Conventions.Tests.Rules;
using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests;

/// <summary>Packages, counterparts and the solution.</summary>
public sealed class ProjectTests
{
    [Fact]
    public void Package_versions_are_central() => KnownViolations.AssertKept(
        nameof(CentralVersionRule),
        SourceTree.Current.Projects.Concat(SourceTree.Current.Properties).SelectMany(CentralVersionRule.Check));

    [Theory]
    [InlineData("Directory.Packages.props", "<PackageVersion Include=\"A\" Version=\"1\" />", 0)]
    [InlineData("src/P/P.csproj", "<PackageReference Include=\"A\" PrivateAssets=\"all\" />", 0)]
    [InlineData("src/P/P.csproj", "<PackageReference Include=\"A\" Version=\"1\" />", 1)]
    [InlineData("src/P/P.csproj", "<PackageReference Include=\"A\"><Version>1</Version></PackageReference>", 1)]
    [InlineData("src/P/P.csproj", "<PackageReference Include=\"A\" VersionOverride=\"1\" />", 1)]
    [InlineData("src/Directory.Packages.props", "<PackageVersion Include=\"A\" Version=\"1\" />", 1)]
    public void A_version_elsewhere_is_found(string path, string item, int expected)
    {
        var file = new ProjectFile(path, $"<Project><ItemGroup>{item}</ItemGroup></Project>");
        Assert.Equal(expected, CentralVersionRule.Check(file).Count());
    }

    [Fact]
    public void Each_shipped_project_has_its_tests() => KnownViolations.AssertKept(
        nameof(CounterpartRule), CounterpartRule.Check(SourceTree.Current.Projects));

    [Theory]
    [InlineData("tests/P.Tests/P.Tests.csproj", "../../src/P/P.csproj", 0)]
    [InlineData("tests/P.Tests/P.Tests.csproj", "..\\..\\src\\P\\P.csproj", 0)]
    [InlineData("tests/P.Tests/P.Tests.csproj", "../../src/Q/Q.csproj", 1)]
    [InlineData("tests/Q.Tests/Q.Tests.csproj", "../../src/P/P.csproj", 1)]
    [InlineData("bench/P.Tests/P.Tests.csproj", "../../src/P/P.csproj", 1)]
    public void A_project_without_tests_is_found(string path, string reference, int expected)
    {
        ProjectFile[] projects =
        [
            new("src/P/P.csproj", "<Project />"),
            new(path, $"<Project><ItemGroup><ProjectReference Include=\"{reference}\" /></ItemGroup></Project>"),
        ];
        Assert.Equal(expected, CounterpartRule.Check(projects).Count());
    }

    [Fact]
    public void The_solution_holds_every_project() => KnownViolations.AssertKept(
        nameof(SolutionRule), SolutionRule.Check(SourceTree.Current.SolutionText, SourceTree.Current.Projects));

    [Theory]
    [InlineData("src/P/P.csproj", 0)]
    [InlineData("src/P.Q/P.Q.csproj", 1)]
    public void A_project_outside_the_solution_is_found(string path, int expected)
    {
        const string Solution = "= \"P\", \"src\\P\\P.csproj\",";
        Assert.Equal(expected, SolutionRule.Check(Solution, [new ProjectFile(path, "<Project />")]).Count());
    }
}
