namespace FastPath.Serialization.Tests;

/// <summary>Where the golden vectors lie: FASTPATH_VECTORS, or the copy in tests/vectors.</summary>
internal static class VectorFiles
{
    public static string PathOf(string file)
    {
        string? folder = Environment.GetEnvironmentVariable("FASTPATH_VECTORS");
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); folder is null && at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "FastPath.sln")))
            {
                folder = Path.Combine(at.FullName, "tests", "vectors");
            }
        }

        return Path.Combine(folder ?? throw new DirectoryNotFoundException("FastPath.sln not found above the tests"), file);
    }
}
