namespace FastPath.Conventions.Tests;

/// <summary>The exceptions to the rules, by name: code that is older than the rule.</summary>
/// <remarks>The list may only shrink: a cured entry fails the tests until it is removed.</remarks>
internal static class KnownViolations
{
    public static readonly IReadOnlyList<KnownViolation> All =
    [
    ];

    /// <summary>What a rule found beyond the list, and entries of the list that it no longer finds.</summary>
    public static IReadOnlyList<string> Complaints(
        string rule, IEnumerable<Violation> found, IEnumerable<KnownViolation> known)
    {
        var violations = found.ToList();
        var tolerated = known.Where(entry => entry.Rule == rule).Select(entry => entry.Where).ToHashSet();
        IEnumerable<string> fresh = violations
            .Where(violation => !tolerated.Contains(violation.Where))
            .Select(violation => $"{violation.Where}: {violation.What}");
        IEnumerable<string> cured = tolerated
            .Except(violations.Select(violation => violation.Where))
            .Select(where => $"{where}: keeps {rule} now; remove it from {nameof(KnownViolations)}");
        return [.. fresh, .. cured];
    }

    /// <summary>Fails with every complaint at once.</summary>
    public static void AssertKept(string rule, IEnumerable<Violation> found)
    {
        IReadOnlyList<string> complaints = Complaints(rule, found, All);
        Assert.True(complaints.Count == 0, $"{rule}:\n{string.Join('\n', complaints)}");
    }
}
