using System.Text.Json;
using FastPath.Serialization.Foreign;
using FastPath.Serialization.Tests.Vectors;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Foreign;

public sealed class FragmentPlanTests
{
    [Fact]
    [Trait("Category", "Vectors")]
    public void Every_plan_of_the_vectors_is_ours()
    {
        foreach (JsonElement vector in VectorFile.Read("streams.json", "plans"))
        {
            JsonElement metadata = vector.GetProperty("metadata_len");
            var plan = new FragmentPlan(
                vector.GetProperty("total_len").GetInt64(),
                metadata.ValueKind == JsonValueKind.Null ? null : metadata.GetInt32());
            Assert.Equal(vector.GetProperty("first_capacity").GetInt32(), plan.FirstCapacity);
            Assert.Equal(vector.GetProperty("fragments").GetInt64(), plan.Count);
            int[] lengths = [.. Enumerable.Range(1, (int)plan.Count).Select(number => plan.LengthOf((uint)number))];
            if (vector.TryGetProperty("payload_lens", out JsonElement expected))
            {
                Assert.Equal(expected.EnumerateArray().Select(length => length.GetInt32()), lengths);
            }
            else
            {
                Assert.Equal(vector.GetProperty("first_len").GetInt32(), lengths[0]);
                Assert.Equal(vector.GetProperty("last_len").GetInt32(), lengths[^1]);
                Assert.All(lengths[1..^1], length => Assert.Equal(ForeignSizes.FragmentPayloadMax, length));
            }
        }
    }

    [Property]
    public void Fragments_cover_the_stream_without_a_gap(uint totalLength, ushort metadataLength, bool hasMetadata)
    {
        long total = totalLength % 100_000;
        var plan = new FragmentPlan(total, hasMetadata ? metadataLength % (ForeignSizes.MetadataMax + 1) : null);
        long next = 0;
        for (uint number = 1; number <= plan.Count; number++)
        {
            Assert.Equal(next, plan.OffsetOf(number));
            next += plan.LengthOf(number);
        }

        Assert.Equal(total, next);
    }

    [Fact]
    public void Fragments_are_counted_from_one_and_by_32_bits()
    {
        var plan = new FragmentPlan(ForeignSizes.FragmentPayloadMax, null);
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.OffsetOf(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.OffsetOf(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FragmentPlan(0, ForeignSizes.MetadataMax + 1));

        long longest = (long)uint.MaxValue * ForeignSizes.FragmentPayloadMax;
        Assert.Equal(uint.MaxValue, new FragmentPlan(longest, null).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FragmentPlan(longest + 1, null));
    }
}
