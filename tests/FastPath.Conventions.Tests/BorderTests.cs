using FastPath.Conventions.Tests.Rules;
using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests;

/// <summary>What a project may see and do.</summary>
public sealed class BorderTests
{
    [Fact]
    public void Projects_reference_what_the_design_says() => KnownViolations.AssertKept(
        nameof(ProjectReferenceRule),
        SourceTree.Current.Projects.SelectMany(ProjectReferenceRule.Check)
            .Concat(ProjectReferenceRule.CheckAllPresent(SourceTree.Current.Projects)));

    [Theory]
    [InlineData("src/FastPath.Buffers/FastPath.Buffers.csproj", "", 0)]
    [InlineData("src/FastPath.Sockets/FastPath.Sockets.csproj", "FastPath.Buffers", 0)]
    [InlineData("tests/Any.Tests/Any.Tests.csproj", "FastPath.Cli", 0)]
    [InlineData("src/FastPath.Sockets/FastPath.Sockets.csproj", "FastPath.Protocol", 1)]
    [InlineData("src/FastPath.Sockets/FastPath.Sockets.csproj", "", 1)]
    [InlineData("src/FastPath.Buffers/FastPath.Buffers.csproj", "FastPath.Serialization", 1)]
    [InlineData("src/FastPath.Extra/FastPath.Extra.csproj", "", 1)]
    public void A_reference_beyond_the_design_is_found(string path, string reference, int expected)
    {
        string item = reference == "" ? "" : $"<ProjectReference Include=\"../{reference}/{reference}.csproj\" />";
        var project = new ProjectFile(path, $"<Project><ItemGroup>{item}</ItemGroup></Project>");
        Assert.Equal(expected, ProjectReferenceRule.Check(project).Count());
    }

    [Fact]
    public void A_missing_project_is_found() =>
        Assert.Contains(
            ProjectReferenceRule.CheckAllPresent([new ProjectFile("src/FastPath/FastPath.csproj", "<Project />")]),
            violation => violation.Where == "FastPath.Protocol");

    [Fact]
    public void Three_projects_may_hold_pointers() => KnownViolations.AssertKept(
        nameof(UnsafeProjectRule),
        SourceTree.Current.Projects.Concat(SourceTree.Current.Properties).SelectMany(UnsafeProjectRule.Check));

    [Theory]
    [InlineData("src/FastPath.Buffers/FastPath.Buffers.csproj", "true", 0)]
    [InlineData("src/FastPath.Protocol/FastPath.Protocol.csproj", "false", 0)]
    [InlineData("src/FastPath.Protocol/FastPath.Protocol.csproj", "true", 1)]
    [InlineData("tests/FastPath.Buffers/FastPath.Buffers.csproj", "True", 1)]
    [InlineData("src/Directory.Build.props", "true", 1)]
    public void Pointers_elsewhere_are_found(string path, string value, int expected)
    {
        string property = $"<AllowUnsafeBlocks>{value}</AllowUnsafeBlocks>";
        var file = new ProjectFile(path, $"<Project><PropertyGroup>{property}</PropertyGroup></Project>");
        Assert.Equal(expected, UnsafeProjectRule.Check(file).Count());
    }

    [Fact]
    public void Unsafe_code_stands_in_three_projects_and_gives_its_reason() => KnownViolations.AssertKept(
        nameof(UnsafeCodeRule), SourceTree.Current.Files.SelectMany(UnsafeCodeRule.Check));

    [Theory]
    [InlineData("FastPath.Buffers", "class A { unsafe void M() { // SAFETY: pinned\n } }", 0)]
    [InlineData("FastPath.Buffers", "// SAFETY: layouts of the kernel\nunsafe struct A { int* P; }", 0)]
    [InlineData("FastPath.Buffers", "class A {\n// SAFETY: in range\nint M() => Unsafe.SizeOf<int>(); }", 0)]
    [InlineData("FastPath.Protocol", "class A { string M() => \"unsafe Unsafe.As\"; /* unsafe */ }", 0)]
    [InlineData("FastPath.Protocol", "class A { void M() { Settings.Unsafe = true; } }", 0)]
    [InlineData("FastPath.Buffers", "class A { unsafe void M() { } }", 1)]
    [InlineData("FastPath.Buffers", "class A { void M() { unsafe { } }\n// SAFETY: of another\nvoid N() { } }", 1)]
    [InlineData("FastPath.Buffers", "class A { int M() => Unsafe.SizeOf<int>(); }", 1)]
    [InlineData("FastPath.Protocol", "class A {\n// SAFETY: in range\nint M() => Unsafe.SizeOf<int>(); }", 1)]
    [InlineData("FastPath.Protocol", "class A { object M() => InteropServices.MemoryMarshal.Cast<int, byte>(x); }", 1)]
    public void Unsafe_code_elsewhere_or_without_a_reason_is_found(string project, string text, int expected) =>
        Assert.Equal(expected, UnsafeCodeRule.Check(new SourceFile($"src/{project}/A.cs", text)).Count());

    [Fact]
    public void The_core_has_no_clock_no_chance_and_no_socket() => KnownViolations.AssertKept(
        nameof(CoreIsolationRule), SourceTree.Current.Files.SelectMany(CoreIsolationRule.Check));

    [Theory]
    [InlineData("FastPath.Protocol", "class A { SeededRandom R; Instant T; }", 0)]
    [InlineData("FastPath.Engine", "class A { long T = Stopwatch.GetTimestamp(); }", 0)]
    [InlineData("FastPath.Protocol", "class A { long T = Stopwatch.GetTimestamp(); }", 1)]
    [InlineData("FastPath.Protocol", "class A { object R = new Random(1); }", 1)]
    [InlineData("FastPath.Serialization", "class A { object T = System.DateTime.UtcNow; }", 1)]
    [InlineData("FastPath.Serialization", "using System.Net.Sockets;", 1)]
    public void A_clock_a_die_or_a_socket_in_the_core_is_found(string project, string text, int expected) =>
        Assert.Equal(expected, CoreIsolationRule.Check(new SourceFile($"src/{project}/A.cs", text)).Count());
}
