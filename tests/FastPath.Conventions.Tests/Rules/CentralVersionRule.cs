using FastPath.Conventions.Tests.Sources;

namespace FastPath.Conventions.Tests.Rules;

/// <summary>The version of a package stands in Directory.Packages.props and nowhere else.</summary>
internal static class CentralVersionRule
{
    private const string Central = "Directory.Packages.props";

    public static IEnumerable<Violation> Check(ProjectFile file)
    {
        foreach (var reference in file.Elements("PackageReference"))
        {
            bool hasVersion = reference.Attributes().Select(a => a.Name.LocalName)
                .Concat(reference.Elements().Select(e => e.Name.LocalName))
                .Any(name => name is "Version" or "VersionOverride");
            if (hasVersion)
            {
                yield return new(file.Path, $"{reference} has a version of its own");
            }
        }

        if (file.Path != Central)
        {
            foreach (var version in file.Elements("PackageVersion"))
            {
                yield return new(file.Path, $"{version} belongs into {Central}");
            }
        }
    }
}
