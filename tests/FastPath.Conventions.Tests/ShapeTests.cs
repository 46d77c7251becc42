using FastPath.Conventions.Tests.Rules;
using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests;

/// <summary>Length of files and methods, and where a type lies.</summary>
public sealed class ShapeTests
{
    [Fact]
    public void Files_are_short() => KnownViolations.AssertKept(
        nameof(FileLengthRule), SourceTree.Current.Files.SelectMany(FileLengthRule.Check));

    [Theory]
    [InlineData(FileLengthRule.LinesMax, true, 0)]
    [InlineData(FileLengthRule.LinesMax, false, 0)]
    [InlineData(FileLengthRule.LinesMax + 1, true, 1)]
    [InlineData(FileLengthRule.LinesMax + 1, false, 1)]
    public void A_long_file_is_found(int lines, bool endsWithNewline, int expected)
    {
        string text = string.Join('\n', Enumerable.Repeat("// x", lines)) + (endsWithNewline ? "\n" : "");
        Assert.Equal(expected, FileLengthRule.Check(new SourceFile("src/FastPath/A.cs", text)).Count());
    }

    [Fact]
    public void Methods_are_short() => KnownViolations.AssertKept(
        nameof(MethodLengthRule), SourceTree.Current.Files.SelectMany(MethodLengthRule.Check));

    [Theory]
    [InlineData("class A { ", "void M() {", "} }", "M")]
    [InlineData("class A { ", "A() {", "} }", "A")]
    [InlineData("class A { int P { ", "get {", "return 0; } } }", "get")]
    [InlineData("class A { void M() { L(); } } class B { void N() { ", "void L() {", "} } }", "L")]
    [InlineData("class A { [Fact]\n[Other]\n/// <summary>S.</summary>\n ", "void M() {", "} }", "M")]
    [InlineData("", "f();", "g();", "<program>")]
    public void A_long_method_is_found(string before, string first, string last, string name)
    {
        string Of(int lines) => before + first + string.Concat(Enumerable.Repeat("\n", lines - 1)) + last;
        Assert.Empty(MethodLengthRule.Check(new SourceFile("src/FastPath/A.cs", Of(MethodLengthRule.LinesMax))));
        string[] found =
        [
            .. MethodLengthRule.Check(new SourceFile("src/FastPath/A.cs", Of(MethodLengthRule.LinesMax + 1)))
                .Select(violation => violation.Where),
        ];
        Assert.Contains($"src/FastPath/A.cs::{name}", found);
    }

    [Fact]
    public void The_namespace_is_the_folder() => KnownViolations.AssertKept(
        nameof(NamespaceRule), SourceTree.Current.Files.SelectMany(NamespaceRule.Check));

    [Theory]
    [InlineData("src/FastPath/A.cs", "namespace FastPath; class A;", 0)]
    [InlineData("src/FastPath.Cli/Output/A.cs", "namespace FastPath.Cli.Output; class A;", 0)]
    [InlineData("src/FastPath.Cli/Output/A.cs", "namespace FastPath.Cli { namespace Output { class A; } }", 0)]
    [InlineData("src/FastPath.Cli/Program.cs", "return 0;", 0)]
    [InlineData("src/FastPath.Cli/Output/A.cs", "namespace FastPath.Cli; class A;", 1)]
    [InlineData("src/FastPath.Cli/A.cs", "namespace FastPath.Cli.Output; delegate void A();", 1)]
    [InlineData("src/FastPath.Cli/A.cs", "class A;", 1)]
    public void A_type_in_a_foreign_namespace_is_found(string path, string text, int expected) =>
        Assert.Equal(expected, NamespaceRule.Check(new SourceFile(path, text)).Count());

    [Fact]
    public void A_file_declares_one_type() => KnownViolations.AssertKept(
        nameof(OneTypeRule), SourceTree.Current.Files.SelectMany(OneTypeRule.Check));

    [Theory]
    [InlineData("namespace N; class A { class B; enum C { } }", 0)]
    [InlineData("namespace N; class A; class B;", 1)]
    [InlineData("namespace N { class A; } namespace M { enum B { X } }", 1)]
    [InlineData("class A; record struct B(int X);", 1)]
    [InlineData("interface A; delegate void B();", 1)]
    [InlineData("class A; file class B;", 1)]
    public void A_second_type_is_found(string text, int expected) =>
        Assert.Equal(expected, OneTypeRule.Check(new SourceFile("src/FastPath/A.cs", text)).Count());

    [Fact]
    public void A_file_is_named_after_its_type() => KnownViolations.AssertKept(
        nameof(FileNameRule), SourceTree.Current.Files.SelectMany(FileNameRule.Check));

    [Theory]
    [InlineData("Ring.cs", "class Ring;", 0)]
    [InlineData("Ring.cs", "class Ring<T>;", 0)]
    [InlineData("Ring.Reading.cs", "partial class Ring;", 0)]
    [InlineData("Ring.cs", "class Rings;", 1)]
    [InlineData("Ring.Reading.cs", "class Ring;", 1)]
    [InlineData("RingReading.cs", "partial class Ring;", 1)]
    [InlineData("Ring.Reading.More.cs", "partial class Ring;", 1)]
    [InlineData("ring.cs", "class Ring;", 1)]
    public void A_file_with_another_name_is_found(string name, string text, int expected) =>
        Assert.Equal(expected, FileNameRule.Check(new SourceFile($"src/FastPath/{name}", text)).Count());
}
