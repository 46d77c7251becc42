using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Tests.Contracts;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>
/// What is wrong with an archive of our own, and where: the same for who reads all of it or piece by piece.
/// </summary>
public sealed class ArchivedErrorTests
{
    private static readonly ContractContainer Contract = Samples.Contract([1, 2, 3], [4]);
    private static readonly byte[] Good = Samples.AllAtOnce(new ArchivedContract(Contract));

    public static TheoryData<int, byte[], ArchiveErrorKindName, int> Changes => new()
    {
        { 0, "FPAR"u8.ToArray(), new(nameof(ArchiveErrorKind.NotAnArchive)), 0 },
        { 4, [2], new(nameof(ArchiveErrorKind.UnknownVersion)), 4 },
        { 6, [0], new(nameof(ArchiveErrorKind.UnknownContent)), 6 },
        { 6, [4], new(nameof(ArchiveErrorKind.UnknownContent)), 6 },
        { 6, [2], new(nameof(ArchiveErrorKind.BadLength)), 8 },
        { 8, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], new(nameof(ArchiveErrorKind.BadLength)), 8 },
        { 16, [1, 0, 0, 0, 0, 0, 0, 0x10], new(nameof(ArchiveErrorKind.BadLength)), 16 },
        { 16, [0, 0, 0, 0, 0, 0, 0, 0x80], new(nameof(ArchiveErrorKind.BadLength)), 16 },
        { 24, [1], new(nameof(ArchiveErrorKind.BadLength)), 24 },
        { 16, [9], new(nameof(ArchiveErrorKind.Truncated)), Good.Length },
        { 129, [1], new(nameof(ArchiveErrorKind.BadPadding)), 129 },
        { 143, [1], new(nameof(ArchiveErrorKind.BadPadding)), 143 },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_is_found_where_it_is(int at, byte[] bytes, ArchiveErrorKindName kind, int offset)
    {
        byte[] changed = [.. Good];
        bytes.CopyTo(changed, at);
        AssertError(changed, kind.Value, offset);
    }

    [Fact]
    public void A_state_has_no_length_below_zero_or_beyond_the_greatest()
    {
        byte[] state = Samples.AllAtOnce(new ArchivedContract(Contract, new WrappedState(Samples.Body([1]))));
        foreach (long length in (long[])[-1, long.MinValue, (long)ArchivedLayout.SectionLengthMax + 1])
        {
            BitConverter.TryWriteBytes(state.AsSpan(ArchivedLayout.StateLengthOffset), length);
            AssertError(state, ArchiveErrorKind.BadLength, ArchivedLayout.StateLengthOffset);
        }
    }

    [Fact]
    public void A_state_alone_has_no_code_hash()
    {
        byte[] state = Samples.AllAtOnce(new ArchivedContract(Contract.Key, new WrappedState(Samples.Body([1]))));
        state[ArchivedLayout.CodeHashOffset + 5] = 1;
        AssertError(state, ArchiveErrorKind.BadPadding, ArchivedLayout.CodeHashOffset);
    }

    [Fact]
    public void Every_cut_is_an_error_at_the_cut()
    {
        for (int length = 0; length < Good.Length; length++)
        {
            AssertError(Good[..length], ArchiveErrorKind.Truncated, length);

            var parser = new ArchivedContractParser(new SilentSink());
            parser.Push(Good.AsSpan(0, length));
            Assert.Equal(DecodeStatus.Malformed, parser.Finish());
            Assert.Equal(new ArchiveError(ArchiveErrorKind.Truncated, length), parser.Error);
        }
    }

    [Fact]
    public void Bytes_behind_the_archive_are_left_alone_or_refused()
    {
        byte[] longer = [.. Good, 0];
        var strict = new DecodeLimits { RejectTrailingBytes = true };
        var expected = new ArchiveError(ArchiveErrorKind.TrailingBytes, Good.Length);
        Assert.False(ArchivedContract.TryRead(longer, out _, out ArchiveError error));
        Assert.Equal(expected, error);
        Assert.Equal(expected, Parse(longer, strict, longer.Length).Error);
        Assert.Equal(expected, Parse(longer, strict, null).Error);
        Assert.Equal(DecodeStatus.Done, Parse(longer, null, longer.Length).Status);
        Assert.Equal(Good.Length, Parse(longer, null, null).Position);
    }

    [Fact]
    public void Limits_are_checked_before_a_byte_of_a_section_comes()
    {
        byte[] whole = Samples.AllAtOnce(new ArchivedContract(Contract, new WrappedState(Samples.Body([1, 2]))));
        AssertLimit(new DecodeLimits { ParametersLengthMax = 0 }, ArchivedLayout.ParametersLengthOffset);
        AssertLimit(new DecodeLimits { CodeLengthMax = 2 }, ArchivedLayout.CodeLengthOffset);
        AssertLimit(new DecodeLimits { StateLengthMax = 1 }, ArchivedLayout.StateLengthOffset);

        void AssertLimit(DecodeLimits limits, int offset)
        {
            ArchivedContractParser parser = Parse(whole.AsSpan(0, ArchivedLayout.HeadLength), limits, null);
            Assert.Equal(new ArchiveError(ArchiveErrorKind.LimitExceeded, offset), parser.Error);
        }
    }

    [Fact]
    public void A_malformed_parser_takes_nothing_more()
    {
        byte[] changed = [.. Good];
        changed[0] = 0;
        ArchivedContractParser parser = Parse(changed, null, null);
        long position = parser.Position;
        Assert.Equal(DecodeStatus.Malformed, parser.Push(Good));
        Assert.Equal(position, parser.Position);
    }

    private static void AssertError(byte[] bytes, ArchiveErrorKind kind, int offset)
    {
        var expected = new ArchiveError(kind, offset);
        Assert.False(ArchivedContract.TryRead(bytes, out ArchivedContract? value, out ArchiveError error));
        Assert.Null(value);
        Assert.Equal(expected, error);
        Assert.Equal(expected, Parse(bytes, null, bytes.Length).Error);
    }

    private static ArchivedContractParser Parse(ReadOnlySpan<byte> bytes, DecodeLimits? limits, long? totalLength)
    {
        var parser = new ArchivedContractParser(new SilentSink(), limits, totalLength);
        foreach (byte value in bytes)
        {
            parser.Push([value]);
        }

        return parser;
    }

    /// <summary>A kind by its name: tests are public, the kinds are not.</summary>
    public sealed record ArchiveErrorKindName(string Name)
    {
        internal ArchiveErrorKind Value => Enum.Parse<ArchiveErrorKind>(Name);
    }
}
