using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests;

/// <summary>What the read-me shows of streams is code that a test compiles and runs.</summary>
public sealed class ExampleTests
{
    private const string Section = "### Streams";
    private const string Test = "tests/FastPath.Tests/Streams/StreamingExampleTests.cs";

    [Fact]
    public void Every_line_of_the_examples_of_streams_is_in_their_test()
    {
        string readme = SourceTree.Current.Texts.Single(text => text.Path == "README.md").Text;
        string section = readme[readme.IndexOf(Section, StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        string[] code = [.. section.Split("```").Where((_, i) => i % 2 == 1).SelectMany(block => LinesOf(block).Skip(1))];
        HashSet<string> tested = [.. LinesOf(SourceTree.Current.Files.Single(file => file.Path == Test).Text)];
        Assert.True(code.Length > 20, "the examples were not found");
        Assert.DoesNotContain(code, line => !tested.Contains(line));
    }

    private static IEnumerable<string> LinesOf(string text) =>
        text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);
}
