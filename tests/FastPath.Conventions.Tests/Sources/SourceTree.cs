namespace FastPath.Conventions.Tests.Sources;

/// <summary>The repository that the tests were built from, read once.</summary>
internal sealed class SourceTree
{
    private const string Solution = "FastPath.sln";

    private static readonly string[] Areas = ["src", "tests", "bench", "fuzz"];
    private static readonly string[] TextExtensions = [".md", ".csproj", ".props", ".targets", ".txt", ".yml"];
    private static readonly string[] Built = ["bin", "obj", "TestResults", "BenchmarkDotNet.Artifacts"];
    private static readonly Lazy<SourceTree> Loaded = new(() => new SourceTree(FindRoot()));

    private SourceTree(string root)
    {
        SolutionText = File.ReadAllText(Path.Combine(root, Solution));
        var paths = Areas.SelectMany(area => Walk(Path.Combine(root, area))).ToList();
        string Relative(string path) => Path.GetRelativePath(root, path).Replace('\\', '/');
        Files =
        [
            .. paths.Where(path => path.EndsWith(".cs", StringComparison.Ordinal))
                .Select(path => new SourceFile(Relative(path), File.ReadAllText(path))),
        ];
        Projects =
        [
            .. paths.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
                .Select(path => new ProjectFile(Relative(path), File.ReadAllText(path))),
        ];
        Properties =
        [
            .. paths.Concat(Directory.EnumerateFiles(root))
                .Where(path => Path.GetExtension(path) is ".props" or ".targets")
                .Select(path => new ProjectFile(Relative(path), File.ReadAllText(path))),
        ];
        Texts =
        [
            .. paths.Concat(Directory.EnumerateFiles(root)).Concat(Walk(Path.Combine(root, "native-notes")))
                .Where(path => TextExtensions.Contains(Path.GetExtension(path)))
                .Select(path => (Relative(path), File.ReadAllText(path))),
        ];
    }

    public static SourceTree Current => Loaded.Value;

    public IReadOnlyList<SourceFile> Files { get; }

    public IReadOnlyList<ProjectFile> Projects { get; }

    /// <summary>The shared properties files of the root and of the areas.</summary>
    public IReadOnlyList<ProjectFile> Properties { get; }

    /// <summary>Text files that are not C#.</summary>
    public IReadOnlyList<(string Path, string Text)> Texts { get; }

    public string SolutionText { get; }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No {Solution} above {AppContext.BaseDirectory}.");
    }

    /// <summary>Files of a folder, without what a build leaves there.</summary>
    private static IEnumerable<string> Walk(string folder)
    {
        IEnumerable<string> below = Directory.EnumerateDirectories(folder)
            .Where(child => !Built.Contains(Path.GetFileName(child)))
            .SelectMany(Walk);
        return Directory.EnumerateFiles(folder).Concat(below);
    }
}
