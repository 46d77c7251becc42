using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>Each shipped project has a project of tests that references it.</summary>
internal static class CounterpartRule
{
    public static IEnumerable<Violation> Check(IReadOnlyCollection<ProjectFile> projects)
    {
        foreach (ProjectFile shipped in projects.Where(project => project.Area == "src"))
        {
            string name = $"{shipped.Name}.Tests";
            ProjectFile? tests = projects.FirstOrDefault(project => project.Area == "tests" && project.Name == name);
            if (tests is null)
            {
                yield return new(shipped.Path, $"there is no {name}");
            }
            else if (!tests.References.Contains(shipped.Name))
            {
                yield return new(shipped.Path, $"{name} does not reference it");
            }
        }
    }
}
