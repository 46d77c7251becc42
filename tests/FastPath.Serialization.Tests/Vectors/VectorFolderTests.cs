namespace FastPath.Serialization.Tests.Vectors;

/// <summary>Every file of the vector folder has its tests; one that nobody reads is noticed here.</summary>
public sealed class VectorFolderTests
{
    private static readonly string[] Read =
    [
        "blake3.json", "content.json", "contract_keys.json", "contract_types.json", "flatbuffers.json", "large.json",
        "metadata_availability.json", "negative_contract_types.json", "negative_operations.json",
        "negative_symmetric_messages.json", "noise-ik.json", "operations.json", "packets.json", "rkyv.json", "streams.json",
        "symmetric_messages.json", "xxhash.json",
    ];

    [Fact]
    [Trait("Category", "Vectors")]
    public void Every_file_of_the_folder_is_known_and_every_known_one_is_there()
    {
        string folder = Path.GetDirectoryName(VectorFiles.PathOf("content.json"))!;
        Assert.Equal(
            Read.Order(StringComparer.Ordinal),
            Directory.GetFiles(folder, "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }
}
