using System.IO.Hashing;
using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Hashing;

namespace FastPath.Serialization.Tests.Vectors;

[Trait("Category", "Vectors")]
public sealed class LargeBincodeVectorTests
{
    private const int FragmentLength = 1_130;
    private const int EdgeLength = 64;

    [Fact]
    public void Large_values_are_written_fragment_by_fragment_to_the_byte_and_parsed_again()
    {
        foreach (JsonElement vector in VectorFile.Read("large.json"))
        {
            string name = vector.Text("name");
            VectorType type = VectorTypes.Of(vector);
            StreamingSerializer serializer = type.Start(vector.GetProperty("fields"));
            Assert.Equal(vector.GetProperty("len").GetInt64(), serializer.Length);

            byte[] edge = new byte[EdgeLength];
            serializer.Read(serializer.Length - EdgeLength, edge);
            Assert.True(vector.Hex("last64").AsSpan().SequenceEqual(edge), name);
            serializer.Read(0, edge);
            Assert.True(vector.Hex("first64").AsSpan().SequenceEqual(edge), name);

            byte[] whole = CheckHashes(vector, serializer);
            (BincodeError error, int consumed, _) = type.Reread(whole, strict: true);
            Assert.False(error.IsError, $"{name}: {error}");
            Assert.Equal(whole.Length, consumed);
            CheckLayout(vector, type.Push(whole, FragmentLength, strict: true));
        }
    }

    private static byte[] CheckHashes(JsonElement vector, StreamingSerializer serializer)
    {
        byte[] whole = new byte[serializer.Length];
        var blake3 = new Blake3Hasher();
        var xxh64 = new XxHash64();
        for (int at = 0; at < whole.Length;)
        {
            int length = serializer.Read(whole.AsSpan(at, Math.Min(FragmentLength, whole.Length - at)));
            blake3.Update(whole.AsSpan(at, length));
            xxh64.Append(whole.AsSpan(at, length));
            at += length;
        }

        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        blake3.Finish(digest);
        Assert.Equal(vector.Text("blake3"), Convert.ToHexStringLower(digest));
        Assert.Equal(vector.Text("xxh64"), Convert.ToHexStringLower(xxh64.GetCurrentHash()));
        return whole;
    }

    private static void CheckLayout(JsonElement vector, (BincodeError Error, long Consumed, FieldLog Log) pushed)
    {
        Assert.False(pushed.Error.IsError, $"{vector.Text("name")}: {pushed.Error}");
        Assert.Equal(vector.GetProperty("len").GetInt64(), pushed.Consumed);
        Assert.Equal(
            vector.GetProperty("layout").EnumerateArray()
                .Select(e => (Offset: e[0].GetInt64(), Length: e[1].GetInt64()))
                .Where(e => e.Length > 0),
            pushed.Log.Entries.Select(e => (e.Offset, e.Length)));
    }
}
