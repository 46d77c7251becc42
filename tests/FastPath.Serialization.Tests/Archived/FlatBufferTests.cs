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

    [Fact]
    public void A_field_that_is_absent_or_of_another_type_is_an_error()
    {
        byte[] written = Drain(FlatContractWriter.Start(Samples.Contract([1], [2])));
        AssertError(written, 30, 0, ArchivedField.Code, new ArchiveError(ArchiveErrorKind.MissingField, 30));
        AssertError(written, 19, 2, ArchivedField.Code, new ArchiveError(ArchiveErrorKind.UnknownContent, 19));
        AssertError(written, 116, 31, ArchivedField.KeyInstance, new ArchiveError(ArchiveErrorKind.BadLength, 116));
        Assert.Equal(DecodeStatus.Malformed, new FlatForm(written).Find(
            written.Length, ArchivedField.State, out _, out ArchiveError error));
        Assert.Equal(ArchiveErrorKind.MissingField, error.Kind);
    }

    [Fact]
    public void Two_gigabytes_are_not_written()
    {
        var huge = new HugeBody(int.MaxValue - 100L);
        ContractContainer contract = Samples.Contract([], []);
        ContractCode code = contract.Code with { Data = huge };
        Assert.Throws<ArgumentException>(() => FlatContractWriter.Start(contract with { Code = code }));
        Assert.Throws<ArgumentException>(
            () => FlatContractWriter.Start(contract with { Parameters = new Parameters(new HugeBody(1L << 40)) }));
        Assert.Throws<ArgumentException>(() => FlatState.Start(new WrappedState(new HugeBody(int.MaxValue))));
    }

    [Fact]
    public void Two_gigabytes_are_not_read()
    {
        byte[] written = Drain(FlatContractWriter.Start(Samples.Contract([1], [2])));
        var view = new FlatContractView(written, int.MaxValue + 1L);
        Assert.Equal(DecodeStatus.Malformed, view.Find(ArchivedField.KeyCode, out _, out ArchiveError error));
        Assert.Equal(new ArchiveError(ArchiveErrorKind.BadLength, 0), error);
    }

    private static void AssertError(byte[] bytes, int at, byte value, ArchivedField field, ArchiveError expected)
    {
        byte[] changed = [.. bytes];
        changed[at] = value;
        DecodeStatus status = new FlatForm(changed).Find(changed.Length, field, out _, out ArchiveError error);
        Assert.Equal((DecodeStatus.Malformed, expected), (status, error));
    }

    private static byte[] Drain(StreamingSerializer serializer)
    {
        byte[] bytes = new byte[serializer.Length];
        serializer.Read(bytes);
        return bytes;
    }

    // Its length is all that is asked for.
    private sealed class HugeBody(long length) : IBody
    {
        public long Length => length;

        public void Read(long offset, Span<byte> destination) => throw new NotSupportedException();
    }
}
