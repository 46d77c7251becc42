using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>Shipped projects reference exactly what the design says.</summary>
internal static class ProjectReferenceRule
{
    private static readonly Dictionary<string, string[]> Designed = new()
    {
        ["FastPath.Buffers"] = [],
        ["FastPath.Cryptography"] = [],
        ["FastPath.Serialization"] = [],
        ["FastPath.Protocol"] = ["FastPath.Buffers", "FastPath.Cryptography", "FastPath.Serialization"],
        ["FastPath.Sockets"] = ["FastPath.Buffers"],
        ["FastPath.Engine"] = ["FastPath.Protocol", "FastPath.Sockets"],
        ["FastPath"] = ["FastPath.Engine"],
        ["FastPath.Cli"] = ["FastPath"],
    };

    public static IEnumerable<Violation> Check(ProjectFile project)
    {
        if (project.Area != "src")
        {
            yield break;
        }

        if (!Designed.TryGetValue(project.Name, out string[]? designed))
        {
            yield return new(project.Path, "no part of the design");
        }
        else if (!project.References.SequenceEqual(designed))
        {
            string actual = string.Join(", ", project.References);
            yield return new(project.Path, $"references [{actual}], designed [{string.Join(", ", designed)}]");
        }
    }

    /// <summary>Projects of the design that are not there.</summary>
    public static IEnumerable<Violation> CheckAllPresent(IEnumerable<ProjectFile> projects) => Designed.Keys
        .Except(projects.Where(project => project.Area == "src").Select(project => project.Name))
        .Select(missing => new Violation(missing, "designed and not there"));
}
