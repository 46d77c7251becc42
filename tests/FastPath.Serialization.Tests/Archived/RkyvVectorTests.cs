using System.Text.Json;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Tests.Vectors;

namespace FastPath.Serialization.Tests.Archived;

[Trait("Category", "Vectors")]
public sealed class RkyvVectorTests
{
    private static readonly JsonElement[] Vectors = VectorFile.Read("rkyv.json");

    [Fact]
    public void Every_archive_is_read_in_each_of_its_layouts()
    {
        foreach (JsonElement vector in Vectors)
        {
            RkyvLayout layout = ArchivedVectors.Layout(vector);
            Assert.Equal(vector.GetProperty("root_size").GetInt32(), layout.RootLength);
            var form = new RkyvForm(ArchivedVectors.RkyvBytes(vector), layout);
            ArchivedVectors.AssertEqual(ArchivedVectors.Contract(vector), form.ReadContract(out _));
            foreach (JsonElement row in vector.GetProperty("offsets").EnumerateArray())
            {
                Check(form, row, vector.GetProperty("root_offset").GetInt32());
            }
        }
    }

    [Fact]
    public void The_end_of_an_archive_is_enough_for_all_that_lies_there()
    {
        foreach (JsonElement vector in Vectors)
        {
            RkyvLayout layout = ArchivedVectors.Layout(vector);
            var form = new RkyvForm(ArchivedVectors.RkyvBytes(vector), layout);
            int root = layout.RootLength;
            foreach (ArchivedField field in ArchivedForm.Fields[..3])
            {
                Assert.Null(form.ReadFromEnd(root - 1, field));
                Assert.Equal(form.Read(form.Bytes.Length, field), form.ReadFromEnd(root, field));
            }

            JsonElement parameters = vector.GetProperty("offsets").EnumerateArray()
                .Single(row => row.Text("field") == "params");
            int needed = parameters.GetProperty("offset_from_end").GetInt32();
            Assert.Equal(
                form.Read(form.Bytes.Length, ArchivedField.Parameters),
                form.ReadFromEnd(needed, ArchivedField.Parameters));
            if (parameters.GetProperty("len").GetInt32() > 0)
            {
                Assert.Null(form.ReadFromEnd(needed - 1, ArchivedField.Parameters));
            }
        }
    }

    [Fact]
    public void Nothing_is_known_before_the_root_is_there()
    {
        foreach (JsonElement vector in Vectors)
        {
            var form = new RkyvForm(ArchivedVectors.RkyvBytes(vector), ArchivedVectors.Layout(vector));
            foreach (ArchivedField field in ArchivedForm.Fields[..^1])
            {
                ArchivedVectors.AssertKnownFrom(form, field, isLength: true, form.Bytes.Length);
                ArchivedVectors.AssertKnownFrom(form, field, isLength: false, form.Bytes.Length);
            }
        }
    }

    [Fact]
    public void A_pointer_out_of_the_archive_or_into_its_root_is_an_error()
    {
        JsonElement vector = Vectors.Single(v => v.Text("name") == "rkyv_c_5_3");
        byte[] bytes = ArchivedVectors.RkyvBytes(vector);
        int root = vector.GetProperty("root_offset").GetInt32();
        AssertError(bytes, root + 8, -17, ArchivedField.Code, ArchiveErrorKind.BadOffset, root + 8);
        AssertError(bytes, root + 8, -7, ArchivedField.Code, ArchiveErrorKind.BadOffset, root + 8);
        AssertError(bytes, root + 12, 9, ArchivedField.Code, ArchiveErrorKind.BadLength, root + 12);
        AssertError(bytes, root + 52, -1, ArchivedField.Parameters, ArchiveErrorKind.BadLength, root + 52);
        AssertError(bytes, root + 4, 1, ArchivedField.KeyCode, ArchiveErrorKind.UnknownContent, root + 4);
        AssertError(bytes, root, 0, ArchivedField.State, ArchiveErrorKind.MissingField, root);
    }

    private static void AssertError(
        byte[] bytes, int at, int value, ArchivedField field, ArchiveErrorKind kind, int offset)
    {
        byte[] changed = [.. bytes];
        BitConverter.TryWriteBytes(changed.AsSpan(at), value);
        var form = new RkyvForm(changed, RkyvLayout.Declared);
        DecodeStatus status = form.Find(changed.Length, field, out _, out ArchiveError error);
        Assert.Equal((DecodeStatus.Malformed, new ArchiveError(kind, offset)), (status, error));
    }

    // Pointers and lengths of vectors stand in the root: a row of theirs is checked through what they lead to.
    private static void Check(RkyvForm form, JsonElement row, int root)
    {
        string name = row.Text("field");
        int offset = row.GetProperty("offset").GetInt32();
        if (name.EndsWith(".pointer", StringComparison.Ordinal))
        {
            ArchivedField target = ArchivedVectors.Field(name[..^".pointer".Length]);
            form.Find(form.Bytes.Length, target, out ArchivedRange there, out _);
            Assert.Equal(there.Offset, offset + BitConverter.ToInt32(form.Bytes, offset));
            Assert.InRange(offset, root, form.Bytes.Length);
            return;
        }

        Assert.Equal(
            DecodeStatus.Done,
            form.Find(form.Bytes.Length, ArchivedVectors.Field(name), out ArchivedRange range, out _));
        if (name.EndsWith(".len", StringComparison.Ordinal))
        {
            Assert.Equal(range.Length, BitConverter.ToUInt32(form.Bytes, offset));
            return;
        }

        Assert.Equal(new ArchivedRange(offset, row.GetProperty("len").GetInt64()), range);
    }
}
