using System.Globalization;
using System.Text.Json;
using FastPath.Serialization.Foreign;
using FastPath.Serialization.Tests.Vectors;

namespace FastPath.Serialization.Tests.Foreign;

[Trait("Category", "Vectors")]
public sealed class ForeignVersionTests
{
    [Fact]
    public void Every_version_field_is_read_in_its_form_and_kept_to_the_byte()
    {
        foreach (JsonElement vector in VectorFile.Read("packets.json", "version_field"))
        {
            byte[] bytes = vector.Hex("hex");
            ForeignVersion version = ForeignVersion.Read(bytes);
            JsonElement parsed = vector.GetProperty("parsed");
            Assert.Equal(parsed.Text("format") == "new", version.IsNewForm);
            Assert.Equal(parsed.Text("version"), version.ToString());
            string? oldest = version.OldestPatch is { } patch ? $"{version.Major}.{version.Minor}.{patch}" : null;
            Assert.Equal(parsed.GetProperty("min_compatible").GetString(), oldest);

            byte[] written = new byte[ForeignVersion.Length];
            version.Write(written);
            Assert.Equal(bytes, written);
        }
    }

    [Fact]
    public void Versions_are_written_as_the_vectors_have_them()
    {
        JsonElement[] vectors =
            [.. VectorFile.Read("packets.json", "version_field").Where(v => v.TryGetProperty("version", out _))];
        Assert.NotEmpty(vectors);
        foreach (JsonElement vector in vectors)
        {
            ushort[] version = Parts(vector.Text("version"));
            ushort[] oldest = Parts(vector.Text("min_compatible"));
            Assert.Equal(version[..2], oldest[..2]);
            byte[] written = new byte[ForeignVersion.Length];
            ForeignVersion.Create((byte)version[0], (byte)version[1], version[2], oldest[2]).Write(written);
            Assert.Equal(vector.Hex("hex"), written);
        }
    }

    // What follows a dash names a pre-release; the field does not carry it.
    private static ushort[] Parts(string version) =>
        [.. version.Split('-')[0].Split('.').Select(part => ushort.Parse(part, CultureInfo.InvariantCulture))];
}
