using System.Text.Json;

namespace FastPath.Fuzz.Peers;

/// <summary>Bytes of the golden vectors in <c>tests/vectors</c>: values that another implementation wrote.</summary>
internal static class GoldenVectors
{
    /// <summary>The vectors of an array; each has at least a name.</summary>
    public static IEnumerable<JsonElement> Read(string file, string array = "vectors")
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FastPath.sln")))
        {
            folder = folder.Parent;
        }

        string root = folder?.FullName
            ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "tests", "vectors", file)));
        return [.. document.RootElement.GetProperty(array).EnumerateArray().Select(vector => vector.Clone())];
    }

    public static string Text(JsonElement vector, string field) => vector.GetProperty(field).GetString()!;

    public static byte[] Hex(JsonElement vector, string field) => Convert.FromHexString(Text(vector, field));
}
