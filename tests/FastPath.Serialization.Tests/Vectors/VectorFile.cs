using System.Text.Json;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>Arrays of one vector file; an empty or missing one fails.</summary>
internal static class VectorFile
{
    public static JsonElement[] Read(string file, string array = "vectors")
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf(file)));
        JsonElement[] vectors = [.. document.RootElement.Clone().GetProperty(array).EnumerateArray()];
        Assert.NotEmpty(vectors);
        return vectors;
    }

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static byte[] Hex(this JsonElement element, string property) =>
        Convert.FromHexString(element.Text(property));
}
