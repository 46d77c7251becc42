using System.Buffers.Binary;
using System.IO.Hashing;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Serialization.Operations;

namespace FastPath.Stores;

/// <summary>What a store knows of a contract without reading its sections. <see cref="ContractFileLayout"/> has the file form.</summary>
/// <param name="Key">Verified against code and parameters before the contract was stored.</param>
/// <param name="Code">Where the code lies.</param>
/// <param name="Parameters">Where the parameters lie.</param>
/// <param name="State">Null when there is no state.</param>
/// <param name="StateDigest">BLAKE3 of the state; null when there is no state.</param>
/// <param name="PayloadDigest">BLAKE3 of what <see cref="ToPayload"/> writes; null when it was not computed.</param>
/// <param name="StateVersion">As its owner counts; 0 when nothing was said.</param>
internal sealed record ContractHeader(
    ContractKey Key,
    BodySection Code,
    BodySection Parameters,
    BodySection? State,
    ReadOnlyMemory<byte>? StateDigest,
    ReadOnlyMemory<byte>? PayloadDigest,
    ulong StateVersion = 0)
{
    /// <summary>Writes the file form.</summary>
    public void Write(Span<byte> header, long fileLength)
    {
        header = header[..ContractFileLayout.HeaderLength];
        header.Clear();
        uint flags = (State is null ? 0 : ContractFileLayout.StateFlag)
            | (PayloadDigest is null ? 0 : ContractFileLayout.PayloadDigestFlag);
        ContractFileLayout.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ContractFileLayout.VersionOffset..], ContractFileLayout.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ContractFileLayout.FlagsOffset..], flags);
        BinaryPrimitives.WriteInt64LittleEndian(header[ContractFileLayout.FileLengthOffset..], fileLength);
        Key.Write(header[ContractFileLayout.KeyOffset..]);
        WriteSection(header[ContractFileLayout.CodeOffset..], Code);
        WriteSection(header[ContractFileLayout.ParametersOffset..], Parameters);
        WriteSection(header[ContractFileLayout.StateOffset..], State.GetValueOrDefault());
        StateDigest.GetValueOrDefault().Span.CopyTo(header[ContractFileLayout.StateDigestOffset..]);
        PayloadDigest.GetValueOrDefault().Span.CopyTo(header[ContractFileLayout.PayloadDigestOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(header[ContractFileLayout.StateVersionOffset..], StateVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(
            header[ContractFileLayout.ChecksumOffset..], XxHash3.HashToUInt64(header[..ContractFileLayout.ChecksumOffset]));
    }

    /// <summary>Reads the file form and checks all that can be checked without the sections.</summary>
    /// <param name="header">The first bytes of the file; fewer than a header when the file is shorter.</param>
    /// <param name="fileLength">What the file really has, in bytes.</param>
    /// <param name="file">Path, for the exception.</param>
    /// <exception cref="CorruptContractException">No contract file of this version, or a damaged one.</exception>
    public static ContractHeader Read(ReadOnlySpan<byte> header, long fileLength, string file)
    {
        CheckFrame(header, fileLength, file);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[ContractFileLayout.FlagsOffset..]);
        if ((flags & ~(ContractFileLayout.StateFlag | ContractFileLayout.PayloadDigestFlag)) != 0)
        {
            throw new CorruptContractException(file, $"unknown flags {flags:x}", ContractFileLayout.FlagsOffset);
        }

        bool hasState = (flags & ContractFileLayout.StateFlag) != 0;
        bool hasPayloadDigest = (flags & ContractFileLayout.PayloadDigestFlag) != 0;
        bool hasVersion = VersionOf(header) >= ContractFileLayout.VersionWithStateVersion;
        int meaningEnd = hasVersion ? ContractFileLayout.ReservedOffset : ContractFileLayout.StateVersionOffset;
        RequireZero(header, meaningEnd, ContractFileLayout.ChecksumOffset, file);
        if (!hasState)
        {
            RequireZero(header, ContractFileLayout.StateOffset, ContractFileLayout.PayloadDigestOffset, file);
        }

        if (!hasPayloadDigest)
        {
            RequireZero(header, ContractFileLayout.PayloadDigestOffset, ContractFileLayout.StateVersionOffset, file);
        }

        return new ContractHeader(
            ContractKey.Read(header[ContractFileLayout.KeyOffset..]),
            ReadSection(header, ContractFileLayout.CodeOffset, fileLength, long.MaxValue, file),
            ReadSection(header, ContractFileLayout.ParametersOffset, fileLength, Array.MaxLength, file),
            hasState ? ReadSection(header, ContractFileLayout.StateOffset, fileLength, long.MaxValue, file) : null,
            hasState ? ReadDigest(header, ContractFileLayout.StateDigestOffset) : null,
            hasPayloadDigest ? ReadDigest(header, ContractFileLayout.PayloadDigestOffset) : null,
            hasVersion
                ? BinaryPrimitives.ReadUInt64LittleEndian(header[ContractFileLayout.StateVersionOffset..])
                : 0);
    }

    /// <summary>What answers a GET with all there is. Its bodies read from <paramref name="image"/>, which holds the sections.</summary>
    public GetStreamingPayload ToPayload(IBody image)
    {
        var code = new ContractCode(new SectionBody(image, Code), Key.Code);
        var contract = new ContractContainer(code, new Parameters(new SectionBody(image, Parameters)), Key);
        WrappedState? state = State is { } section ? new WrappedState(new SectionBody(image, section)) : null;
        return new GetStreamingPayload(Key, new StoreResponse(state, contract));
    }

    private static void CheckFrame(ReadOnlySpan<byte> header, long fileLength, string file)
    {
        if (header.Length < ContractFileLayout.HeaderLength)
        {
            throw new CorruptContractException(file, "the file ends inside its header", header.Length);
        }

        if (!header.StartsWith(ContractFileLayout.Magic))
        {
            throw new CorruptContractException(file, "no contract file", ContractFileLayout.MagicOffset);
        }

        // Before the checksum: another version may keep it elsewhere.
        uint version = VersionOf(header);
        if (version is < ContractFileLayout.VersionOldest or > ContractFileLayout.Version)
        {
            throw new CorruptContractException(file, $"unknown version {version}", ContractFileLayout.VersionOffset);
        }

        ulong checksum = BinaryPrimitives.ReadUInt64LittleEndian(header[ContractFileLayout.ChecksumOffset..]);
        if (checksum != XxHash3.HashToUInt64(header[..ContractFileLayout.ChecksumOffset]))
        {
            throw new CorruptContractException(
                file, "the header does not match its checksum", ContractFileLayout.ChecksumOffset);
        }

        long written = BinaryPrimitives.ReadInt64LittleEndian(header[ContractFileLayout.FileLengthOffset..]);
        if (written != fileLength)
        {
            throw new CorruptContractException(
                file, $"{written} bytes were written, {fileLength} are there", Math.Clamp(written, 0, fileLength));
        }
    }

    // What means nothing is zero, so that a later version may give it a meaning without being misread.
    private static void RequireZero(ReadOnlySpan<byte> header, int start, int end, string file)
    {
        int at = header[start..end].IndexOfAnyExcept((byte)0);
        if (at >= 0)
        {
            throw new CorruptContractException(file, "bytes that mean nothing are not zero", start + at);
        }
    }

    private static uint VersionOf(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[ContractFileLayout.VersionOffset..]);

    private static void WriteSection(Span<byte> destination, BodySection section)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, section.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(destination[sizeof(long)..], section.Length);
    }

    private static BodySection ReadSection(ReadOnlySpan<byte> header, int at, long end, long lengthMax, string file)
    {
        long offset = BinaryPrimitives.ReadInt64LittleEndian(header[at..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(header[(at + sizeof(long))..]);
        if (offset < ContractFileLayout.HeaderLength || offset > end
            || length < 0 || length > Math.Min(end - offset, lengthMax))
        {
            throw new CorruptContractException(file, $"a section of {length} bytes at {offset} lies outside the file", at);
        }

        return new BodySection(offset, length);
    }

    // Typed, because a null and an empty digest would otherwise meet in one conditional expression.
    private static ReadOnlyMemory<byte>? ReadDigest(ReadOnlySpan<byte> header, int at) =>
        header.Slice(at, Blake3Hasher.DigestBytes).ToArray();
}
