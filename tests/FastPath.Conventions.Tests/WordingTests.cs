using FastPath.Conventions.Tests.Rules;
using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests;

/// <summary>Names, comments and documentation.</summary>
public sealed class WordingTests
{
    [Fact]
    public void Names_say_what_a_thing_does() => KnownViolations.AssertKept(
        nameof(VagueNameRule), SourceTree.Current.Files.SelectMany(VagueNameRule.Check));

    [Theory]
    [InlineData("src/FastPath/Ring.cs", "class Ring { enum CommonalityKind { } }", 0)]
    [InlineData("src/FastPath/StreamManager.cs", "class StreamManager;", 1)]
    [InlineData("src/FastPath/Ring.cs", "class Ring { struct RingHelpers; }", 1)]
    [InlineData("src/FastPath/IOUtils.cs", "static class IOUtils;", 1)]
    [InlineData("src/FastPath/Common/Ring.cs", "class Ring;", 1)]
    [InlineData("src/FastPath.Common/Ring.cs", "class Ring;", 1)]
    [InlineData("src/FastPath/Act.cs", "delegate void UtilityAct();", 1)]
    public void A_vague_name_is_found(string path, string text, int expected) =>
        Assert.Equal(expected, VagueNameRule.Check(new SourceFile(path, text)).Count());

    [Fact]
    public void Nothing_is_left_for_later() => KnownViolations.AssertKept(
        nameof(MarkerRule),
        SourceTree.Current.Files.SelectMany(MarkerRule.Check)
            .Concat(SourceTree.Current.Texts.SelectMany(text => MarkerRule.CheckText(text.Path, text.Text))));

    [Theory]
    [InlineData("class A; // hackneyed, to do", 0)]
    [InlineData("class A { string S = \"TODO\"; }", 0)]
    [InlineData("class A; // TODO: later", 1)]
    [InlineData("/// <summary>FIXME</summary>\nclass A;", 1)]
    [InlineData("/* a HACK\n and a TODO */ class A;", 2)]
    public void A_marker_in_a_comment_is_found(string text, int expected) =>
        Assert.Equal(expected, MarkerRule.Check(new SourceFile("src/FastPath/A.cs", text)).Count());

    [Theory]
    [InlineData("# What is to do", 0)]
    [InlineData("<!-- FIXME -->", 1)]
    public void A_marker_in_a_text_is_found(string text, int expected) =>
        Assert.Equal(expected, MarkerRule.CheckText("README.md", text).Count());

    [Fact]
    public void What_ships_is_documented() => KnownViolations.AssertKept(
        nameof(DocumentationRule), SourceTree.Current.Files.SelectMany(DocumentationRule.Check));

    [Theory]
    [InlineData("/// <summary>S.</summary>\ninternal class A { public int P { get; } }", 0)]
    [InlineData("/// <summary>S.</summary>\npublic class A { internal int P; public override string ToString() => \"\"; }", 0)]
    [InlineData("/// <summary>S.</summary>\npublic class A { /// <summary>S.</summary>\npublic int P { get; } }", 0)]
    [InlineData("// not one of documentation\ninternal class A;", 1)]
    [InlineData("/// <summary>S.</summary>\npublic class A { public int P { get; } public void Dispose() { } }", 1)]
    [InlineData("/// <summary>S.</summary>\npublic class A { protected const int C = 1; public A() { } }", 2)]
    [InlineData("/// <summary>S.</summary>\npublic class A { private protected A() { } }", 0)]
    [InlineData("/// <summary>S.</summary>\npublic class A { protected internal A() { } }", 1)]
    [InlineData("/// <summary>S.</summary>\npublic interface A { void M(); }", 1)]
    [InlineData("/// <summary>S.</summary>\npublic enum A { X, /// <summary>S.</summary>\nY }", 1)]
    [InlineData("/// <summary>S.</summary>\npublic class A { internal class B { public int P { get; } } }", 0)]
    public void Missing_documentation_is_found(string text, int expected)
    {
        Assert.Equal(expected, DocumentationRule.Check(new SourceFile("src/FastPath/A.cs", text)).Count());
        Assert.Empty(DocumentationRule.Check(new SourceFile("tests/FastPath.Tests/A.cs", text)));
    }
}
