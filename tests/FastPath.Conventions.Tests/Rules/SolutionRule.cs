using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>Every project is in the solution: one that is not is neither built nor tested by CI.</summary>
internal static class SolutionRule
{
    public static IEnumerable<Violation> Check(string solutionText, IEnumerable<ProjectFile> projects) => projects
        .Where(project => !solutionText.Contains($"\"{project.Path.Replace('/', '\\')}\"", StringComparison.Ordinal))
        .Select(project => new Violation(project.Path, "not in the solution"));
}
