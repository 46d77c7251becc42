using FastPath.Conventions.Tests.Rules;
using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests;

/// <summary>How tests are written.</summary>
public sealed class DisciplineTests
{
    [Fact]
    public void Traits_are_spelled_as_the_catalogue_does() => KnownViolations.AssertKept(
        nameof(TraitRule), SourceTree.Current.Files.SelectMany(TraitRule.Check));

    [Theory]
    [InlineData("[Trait(\"Scenario\", \"R1\")]", 0)]
    [InlineData("[Trait(\"Scenario\", \"F12\")]", 0)]
    [InlineData("[Trait(\"Category\", \"Vectors\")]", 0)]
    [InlineData("[Trait(\"Scenario\", \"r1\")]", 1)]
    [InlineData("[Trait(\"Scenario\", \"R123\")]", 1)]
    [InlineData("[Trait(\"Scenario\", \"R1 R2\")]", 1)]
    [InlineData("[Trait(\"Scenario\", Name)]", 1)]
    [InlineData("[Trait(\"scenario\", \"R1\")]", 1)]
    [InlineData("[Fact, Trait(\"Scenarios\", \"R1\")]", 1)]
    public void A_misspelled_trait_is_found(string attribute, int expected)
    {
        var file = new SourceFile("tests/P.Tests/A.cs", $"class A {{ {attribute} void M() {{ }} }}");
        Assert.Equal(expected, TraitRule.Check(file).Count());
    }

    [Fact]
    public void Tests_do_not_sleep() => KnownViolations.AssertKept(
        nameof(SleepRule), SourceTree.Current.Files.SelectMany(SleepRule.Check));

    [Theory]
    [InlineData("await Task.Delay(99)", 0)]
    [InlineData("await Task.Delay(pause, token)", 0)]
    [InlineData("await Task.Delay(Timeout.Infinite, token)", 0)]
    [InlineData("await Task.Delay(TimeSpan.FromMilliseconds(20))", 0)]
    [InlineData("Thread.Sleep(1)", 1)]
    [InlineData("System.Threading.Thread.Sleep(1)", 1)]
    [InlineData("await Task.Delay(100)", 1)]
    [InlineData("await Task.Delay(1_000, token)", 1)]
    [InlineData("await Task.Delay(TimeSpan.FromSeconds(0.1))", 1)]
    [InlineData("await Task.Delay(TimeSpan.FromMinutes(1))", 1)]
    public void A_sleeping_test_is_found(string statement, int expected)
    {
        string text = $"class A {{ async Task M() {{ {statement}; }} }}";
        Assert.Equal(expected, SleepRule.Check(new SourceFile("tests/P.Tests/A.cs", text)).Count());
        Assert.Empty(SleepRule.Check(new SourceFile("src/P/A.cs", text)));
    }

    [Fact]
    public void The_list_of_exceptions_hides_its_entries_only_and_drops_cured_ones()
    {
        KnownViolation[] known = [new("Rule", "a"), new("Rule", "b"), new("Other", "c")];
        Assert.Equal(
            ["c: bad", "b: keeps Rule now; remove it from KnownViolations"],
            KnownViolations.Complaints("Rule", [new("a", "bad"), new("c", "bad")], known));
    }
}
