using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>Pointers are switched on in three projects, each for itself.</summary>
internal static class UnsafeProjectRule
{
    public static IEnumerable<Violation> Check(ProjectFile file)
    {
        bool isAllowed = file.Area == "src" && UnsafeCodeRule.Projects.Contains(file.Name);
        if (file.AllowsUnsafe && !isAllowed)
        {
            yield return new(file.Path, "AllowUnsafeBlocks is on");
        }
    }
}
