using System.Text.Json;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Tests.Vectors;

namespace FastPath.Serialization.Tests.Archived;

[Trait("Category", "Vectors")]
public sealed class FlatBufferVectorTests
{
    private const int FragmentLength = 1_130;

    private static readonly JsonElement[] Vectors = VectorFile.Read("flatbuffers.json");

    [Fact]
    public void The_payload_first_order_is_written_to_the_byte_fragment_by_fragment()
    {
        int count = 0;
        foreach (JsonElement vector in Vectors.Where(v => v.Text("order") == "payload_created_first"))
        {
            StreamingSerializer serializer = FlatContractWriter.Start(ArchivedVectors.Contract(vector));
            byte[] bytes = new byte[serializer.Length];
            for (int at = 0; at < bytes.Length;)
            {
                at += serializer.Read(bytes.AsSpan(at, Math.Min(FragmentLength, bytes.Length - at)));
            }

            ArchivedVectors.AssertBytes(vector, bytes);
            count++;
        }

        Assert.Equal(Vectors.Length / 2, count);
    }

    [Fact]
    public void Every_field_is_found_in_both_orders_where_the_vectors_have_it()
    {
        foreach (JsonElement vector in Vectors)
        {
            ContractContainer contract = ArchivedVectors.Contract(vector);
            var form = new FlatForm(BytesOf(vector, contract));
            foreach (JsonElement row in vector.GetProperty("offsets").EnumerateArray())
            {
                ArchivedField field = ArchivedVectors.Field(row.Text("field"));
                DecodeStatus status = form.Find(form.Bytes.Length, field, out ArchivedRange range, out _);
                Assert.Equal(DecodeStatus.Done, status);
                Assert.Equal(row.GetProperty("offset").GetInt64(), range.Offset);
                Assert.Equal(row.GetProperty("len").GetInt64(), range.Length);
            }

            ArchivedVectors.AssertEqual(contract, form.ReadContract(out _));
        }
    }

    [Fact]
    public void Every_field_is_known_from_the_prefix_that_the_vectors_name()
    {
        foreach (JsonElement vector in Vectors)
        {
            var form = new FlatForm(BytesOf(vector, ArchivedVectors.Contract(vector)));
            foreach (JsonElement row in vector.GetProperty("offsets").EnumerateArray())
            {
                ArchivedField field = ArchivedVectors.Field(row.Text("field"));
                ArchivedVectors.AssertKnownFrom(
                    form, field, isLength: true, row.GetProperty("prefix_needed_for_len").GetInt32());
                ArchivedVectors.AssertKnownFrom(
                    form, field, isLength: false, row.GetProperty("prefix_needed_for_bytes").GetInt32());
            }
        }
    }

    // The library writes both orders; its bytes are compared with the vector's.
    private static byte[] BytesOf(JsonElement vector, ContractContainer contract)
    {
        byte[] bytes = FlatBufferOracle.Write(contract, keyFirst: vector.Text("order") == "key_created_first");
        ArchivedVectors.AssertBytes(vector, bytes);
        return bytes;
    }
}
