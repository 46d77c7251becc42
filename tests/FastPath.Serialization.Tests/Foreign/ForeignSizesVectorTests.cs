using System.Text.Json;
using FastPath.Serialization.Foreign;

namespace FastPath.Serialization.Tests.Foreign;

[Trait("Category", "Vectors")]
public sealed class ForeignSizesVectorTests
{
    private static readonly Dictionary<string, int> Ours = new(StringComparer.Ordinal)
    {
        ["max_packet"] = ForeignSizes.PacketMax,
        ["max_recv_packet"] = ForeignSizes.ReceivedPacketMax,
        ["packet_type"] = ForeignSizes.PacketTypeLength,
        ["nonce"] = ForeignSizes.NonceLength,
        ["tag"] = ForeignSizes.TagLength,
        ["max_plaintext"] = ForeignSizes.PlaintextMax,
        ["short_message_overhead"] = ForeignSizes.ShortMessageOverhead,
        ["noop_overhead"] = ForeignSizes.NoOpOverhead,
        ["stream_fragment_overhead"] = ForeignSizes.FragmentOverhead,
        ["max_fragment_payload"] = ForeignSizes.FragmentPayloadMax,
        ["max_noop_receipts"] = ForeignSizes.NoOpReceiptsMax,
    };

    [Fact]
    public void Every_size_of_the_vectors_is_ours()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(VectorFiles.PathOf("symmetric_messages.json")));
        Dictionary<string, int> theirs = file.RootElement.GetProperty("constants").EnumerateObject()
            .ToDictionary(size => size.Name, size => size.Value.GetInt32());
        Assert.Equal(theirs.OrderBy(size => size.Key), Ours.OrderBy(size => size.Key));
    }
}
