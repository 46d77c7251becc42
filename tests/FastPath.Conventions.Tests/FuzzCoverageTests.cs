using FastPath.Conventions.Tests.Rules;
using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests;

/// <summary>What is fuzzed.</summary>
public sealed class FuzzCoverageTests
{
    private const string Frame = "struct NewFrame { static bool TryRead(ref FrameReader reader, out NewFrame f) => true; }";

    [Fact]
    public void Every_frame_is_reached_by_a_fuzz_target() => KnownViolations.AssertKept(
        nameof(FrameCoverageRule), FrameCoverageRule.Check(SourceTree.Current.Files));

    [Theory]
    [InlineData(Frame, "class T { void M() { NewFrame.TryRead(ref reader, out _); } }", 0)]
    [InlineData("struct Other { bool TryRead(Span<byte> bytes) => true; }", "", 0)]
    [InlineData(Frame, "class T { void M() { OldFrame.TryRead(ref reader, out _); } }", 1)]
    [InlineData(Frame, "class T { string S = \"NewFrame.TryRead\"; }", 1)]
    public void A_frame_that_no_target_reads_is_found(string source, string target, int expected)
    {
        SourceFile[] files =
        [
            new("src/FastPath.Protocol/Frames/NewFrame.cs", source),
            new("fuzz/FastPath.Fuzz/Targets/T.cs", target),
            new("tests/FastPath.Protocol.Tests/T.cs", "class T { void M() { NewFrame.TryRead(ref reader, out _); } }"),
        ];
        Assert.Equal(expected, FrameCoverageRule.Check(files).Count());
    }
}
