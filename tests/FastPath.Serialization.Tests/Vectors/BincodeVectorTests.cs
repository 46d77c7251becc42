using System.Buffers.Binary;
using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Operations;

namespace FastPath.Serialization.Tests.Vectors;

[Trait("Category", "Vectors")]
[Trait("Scenario", "V4")]
public sealed class BincodeVectorTests
{
    public static TheoryData<string> Files => ["contract_types.json", "operations.json", "symmetric_messages.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_value_is_written_and_read_as_the_network_does(string file)
    {
        foreach (JsonElement vector in VectorFile.Read(file))
        {
            string name = vector.Text("name");
            VectorType type = VectorTypes.Of(vector);
            byte[] expected = vector.Hex("hex");
            byte[] written = type.Write(vector.GetProperty("fields"));
            Assert.True(expected.Length == written.Length, name);

            (BincodeError error, int consumed, byte[] again) = type.Reread(expected, strict: true);
            Assert.False(error.IsError, $"{name}: {error}");
            Assert.Equal(expected.Length, consumed);
            Assert.True(written.AsSpan().SequenceEqual(again), name);

            // Sets and maps have no order in the vectors, ours do; whatever has at most one element is equal to the
            // byte.
            Assert.True(written.AsSpan().SequenceEqual(expected) || HasUnorderedPart(vector), name);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_prefix_is_refused_at_the_field_it_cuts(string file)
    {
        foreach (JsonElement vector in VectorFile.Read(file))
        {
            VectorType type = VectorTypes.Of(vector);
            byte[] bytes = vector.Hex("hex");
            long lengthStart = -1;
            foreach (JsonElement entry in vector.GetProperty("layout").EnumerateArray())
            {
                int offset = entry[0].GetInt32();
                int length = entry[1].GetInt32();
                string kind = entry[2].GetString()!;
                bool isCounted = lengthStart >= 0;
                for (int cut = offset; cut < offset + length; cut++)
                {
                    BincodeError error = type.Reread(bytes.AsMemory(0, cut)).Error;
                    Assert.Equal(BincodeErrorKind.UnexpectedEnd, error.Kind);
                    Assert.Equal(isCounted ? lengthStart : offset, error.Offset);
                    Assert.Equal(error, type.Push(bytes.AsSpan(0, cut), 7).Error);
                }

                bool isLength = kind == "length" && !IsCount(entry[3].GetString()!);
                bool isEmpty = isLength && BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(offset)) == 0;
                lengthStart = isLength && !isEmpty ? offset : -1;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_push_parser_hears_every_field_of_the_layout_with_its_last_byte(string file)
    {
        foreach (JsonElement vector in VectorFile.Read(file))
        {
            byte[] bytes = vector.Hex("hex");
            (long, long)[] layout =
            [
                .. vector.GetProperty("layout").EnumerateArray()
                    .Select(e => (Offset: e[0].GetInt64(), Length: e[1].GetInt64()))
                    .Where(e => e.Length > 0),
            ];
            foreach (int pieceLength in (int[])[1, 13, bytes.Length])
            {
                (BincodeError error, long consumed, FieldLog log) =
                    VectorTypes.Of(vector).Push(bytes, pieceLength, strict: true);
                Assert.False(error.IsError, $"{vector.Text("name")}: {error}");
                Assert.Equal(bytes.Length, consumed);
                Assert.Equal(layout, log.Entries.Select(e => (e.Offset, e.Length)));
                Assert.All(log.Entries, e => Assert.Equal(e.Offset + e.Length, e.HeardAt));
            }
        }
    }

    [Fact]
    public void Transaction_ids_are_read_from_the_texts_the_network_accepts_and_no_others()
    {
        foreach (JsonElement vector in VectorFile.Read("operations.json", "ulid_text"))
        {
            byte[] bytes = vector.Hex("hex");
            bool isRead = BincodeReader.TryRead(bytes, out Transaction transaction, out _, out BincodeError error);
            Assert.True(isRead == (vector.Text("result") == "ok"), vector.Text("text"));
            if (isRead)
            {
                Assert.Equal(vector.Text("canonical"), transaction.Id.ToString());
                UInt128 value = vector.Hex("id_le_bytes").Reverse().Aggregate(UInt128.Zero, (sum, b) => (sum << 8) | b);
                Assert.Equal(value, transaction.Id.Value);
            }
            else
            {
                Assert.Equal(new BincodeError(BincodeErrorKind.InvalidValue, 0), error);
            }
        }
    }

    private static bool IsCount(string path) =>
        path.EndsWith("map.len", StringComparison.Ordinal)
        || path.EndsWith("skip_list.len", StringComparison.Ordinal)
        || path == "confirm_receipt.len";

    private static bool HasUnorderedPart(JsonElement vector) => vector.GetProperty("layout").EnumerateArray()
        .Any(e => e[3].GetString()!.Contains("map[1]", StringComparison.Ordinal)
            || e[3].GetString()!.Contains("skip_list[1]", StringComparison.Ordinal));
}
