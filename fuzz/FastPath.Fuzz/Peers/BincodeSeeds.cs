using FastPath.Fuzz.Oracles;

namespace FastPath.Fuzz.Peers;

/// <summary>Golden vectors behind the byte that chooses their type.</summary>
internal static class BincodeSeeds
{
    private const int LengthMax = 512;

    /// <summary>The vectors of a file whose types are among the forms; long ones tell nothing more.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Of(string file, IReadOnlyList<BincodeForm> forms)
    {
        var indices = forms.Select((form, index) => (form.Name, index)).ToDictionary();
        return GoldenVectors.Read(file)
            .Where(vector => vector.GetProperty("len").GetInt32() <= LengthMax)
            .Where(vector => indices.ContainsKey(GoldenVectors.Text(vector, "type")))
            .Select(vector => (
                GoldenVectors.Text(vector, "name"),
                (byte[])[(byte)indices[GoldenVectors.Text(vector, "type")], .. GoldenVectors.Hex(vector, "hex")]));
    }
}
