using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Tests.Contracts;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>Against the library of the format itself.</summary>
public sealed class FlatBufferTests
{
    [Property]
    public void What_we_write_the_library_verifies_reads_and_writes_alike(byte[] code, byte[] parameters)
    {
        ContractContainer contract = Samples.Contract(code, parameters);
        byte[] written = Drain(FlatContractWriter.Start(contract));
        Assert.True(FlatBufferOracle.Verify(written));
        byte[][] read = FlatBufferOracle.Read(written);
        Assert.Equal(code, read[0]);
        Assert.Equal(parameters, read[2]);
        Assert.Equal(contract.Key, ContractKey.Read([.. read[3], .. read[4]]));
        Assert.Equal(contract.Code.Hash, CodeHash.Read(read[1]));
        Assert.Equal(FlatBufferOracle.Write(contract, keyFirst: false), written);
    }

    [Property]
    public void What_the_library_writes_we_read(byte[] code, byte[] parameters, bool keyFirst)
    {
        ContractContainer contract = Samples.Contract(code, parameters);
        byte[] written = FlatBufferOracle.Write(contract, keyFirst);
        Assert.True(FlatContractView.TryRead(written, out ContractContainer? read, out _));
        ArchivedVectors.AssertEqual(contract, read);
    }

    [Property]
    public void States_are_written_and_read_as_the_library_does(byte[] bytes)
    {
        var state = new WrappedState(Samples.Body(bytes));
        byte[] written = Drain(FlatState.Start(state));
        Assert.Equal(FlatBufferOracle.Write(state), written);
        Assert.True(FlatState.TryRead(written, out WrappedState? read, out _));
        Assert.Equal(Samples.AllAtOnce(state), Samples.AllAtOnce(read!));
        DecodeStatus status = FlatState.Find(written.AsSpan(0, 24), written.Length, out ArchivedRange range, out _);
        Assert.Equal((DecodeStatus.Done, new ArchivedRange(24, bytes.Length)), (status, range));
    }

    // The other way round it does not hold: the library's verifier looks at less.
    [Fact]
    public void What_we_read_the_verifier_of_the_library_accepts()
    {
        int readCount = 0;
        int refusedCount = 0;
        foreach (bool keyFirst in (bool[])[true, false])
        {
            byte[] good = FlatBufferOracle.Write(Samples.Contract([1, 2, 3], [4]), keyFirst);
            foreach (byte[] changed in ArchivedNumbers.Replaced(good))
            {
                bool isVerified = FlatBufferOracle.Verify(changed);
                if (FlatContractView.TryRead(changed, out _, out _))
                {
                    Assert.True(isVerified, Convert.ToHexStringLower(changed));
                    readCount++;
                }

                refusedCount += isVerified ? 0 : 1;
            }
        }

        Assert.InRange(readCount, 1_000, int.MaxValue);
        Assert.InRange(refusedCount, 1_000, int.MaxValue);
    }

    [Fact]
    public void Every_offset_and_length_is_checked_where_it_stands()
    {
        byte[] good = Drain(FlatContractWriter.Start(Samples.Contract([1], [2])));
        int total = good.Length;

        // Offset of the root: behind the end, to itself, not at a multiple of four.
        AssertError(good, 0, total - 3, ArchivedField.Code, ArchiveErrorKind.BadOffset, 0);
        AssertError(good, 0, 0, ArchivedField.Code, ArchiveErrorKind.BadOffset, 0);
        AssertError(good, 0, 14, ArchivedField.Code, ArchiveErrorKind.BadOffset, 0);
        AssertError(good, 0, -4, ArchivedField.Code, ArchiveErrorKind.BadOffset, 0);

        // From a table back to its vtable: before the start, to an odd byte, behind the end.
        AssertError(good, 12, 14, ArchivedField.Code, ArchiveErrorKind.BadOffset, 12);
        AssertError(good, 12, 7, ArchivedField.Code, ArchiveErrorKind.BadOffset, 12);
        AssertError(good, 12, 12 - total + 2, ArchivedField.Code, ArchiveErrorKind.BadOffset, 12);

        // Size of a vtable, size of a table, place of a field.
        AssertError(good, 26, 2, ArchivedField.Code, ArchiveErrorKind.BadLength, 26);
        AssertError(good, 26, total - 26 + 2, ArchivedField.Code, ArchiveErrorKind.BadLength, 26);
        AssertError(good, 26, 11, ArchivedField.Code, ArchiveErrorKind.BadLength, 26);
        AssertError(good, 26, 4, ArchivedField.Code, ArchiveErrorKind.MissingField, 30);
        AssertError(good, 28, 3, ArchivedField.Code, ArchiveErrorKind.BadLength, 28);
        AssertError(good, 28, total - 36 + 1, ArchivedField.Code, ArchiveErrorKind.BadLength, 28);
        AssertError(good, 28, 7, ArchivedField.Code, ArchiveErrorKind.BadOffset, 30);
        AssertError(good, 30, 5, ArchivedField.Code, ArchiveErrorKind.BadOffset, 30);
        AssertError(good, 30, 0, ArchivedField.Code, ArchiveErrorKind.MissingField, 30);
        AssertError(good, 34, 0, ArchivedField.KeyCode, ArchiveErrorKind.MissingField, 34);

        // Length of a vector, of one that must be a hash, and the type of the union.
        AssertError(good, 152, total - 156 + 1, ArchivedField.Parameters, ArchiveErrorKind.BadLength, 152);
        AssertError(good, 152, -1, ArchivedField.Parameters, ArchiveErrorKind.BadLength, 152);
        AssertError(good, 116, 31, ArchivedField.KeyInstance, ArchiveErrorKind.BadLength, 116);
        AssertError(good, 16, 2 << 24, ArchivedField.Code, ArchiveErrorKind.UnknownContent, 19);
        AssertError(good, 16, 1 << 24, ArchivedField.State, ArchiveErrorKind.MissingField, 0);
    }

    [Fact]
    public void Two_gigabytes_are_not_written()
    {
        var huge = new LengthOnlyBody(int.MaxValue - 100L);
        ContractContainer contract = Samples.Contract([], []);
        ContractCode code = contract.Code with { Data = huge };
        Assert.Throws<ArgumentException>(() => FlatContractWriter.Start(contract with { Code = code }));
        var parameters = new Parameters(new LengthOnlyBody(1L << 40));
        Assert.Throws<ArgumentException>(
            () => FlatContractWriter.Start(contract with { Parameters = parameters }));
        Assert.Throws<ArgumentException>(() => FlatState.Start(new WrappedState(new LengthOnlyBody(int.MaxValue))));
    }

    [Fact]
    public void Two_gigabytes_are_not_read()
    {
        byte[] written = Drain(FlatContractWriter.Start(Samples.Contract([1], [2])));
        var view = new FlatContractView(written, int.MaxValue + 1L);
        Assert.Equal(DecodeStatus.Malformed, view.Find(ArchivedField.KeyCode, out _, out ArchiveError error));
        Assert.Equal(new ArchiveError(ArchiveErrorKind.BadLength, 0), error);
    }

    // Writes a u16 where a vtable stands, else an i32.
    private static void AssertError(
        byte[] good, int at, int value, ArchivedField field, ArchiveErrorKind kind, int offset)
    {
        byte[] changed = [.. good];
        int width = at is >= 26 and < 36 ? sizeof(ushort) : sizeof(int);
        BitConverter.GetBytes(value).AsSpan(0, width).CopyTo(changed.AsSpan(at));
        DecodeStatus status = new FlatForm(changed).Find(changed.Length, field, out _, out ArchiveError error);
        Assert.Equal((DecodeStatus.Malformed, new ArchiveError(kind, offset)), (status, error));
    }

    private static byte[] Drain(StreamingSerializer serializer)
    {
        byte[] bytes = new byte[serializer.Length];
        serializer.Read(bytes);
        return bytes;
    }
}
