using System.Buffers.Binary;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived;

/// <summary>The head of an archive, checked: what is there, how long it is, and so where it lies.</summary>
/// <param name="Contents">Bits of <see cref="ArchivedLayout"/>.</param>
/// <param name="ParametersLength">Bytes.</param>
/// <param name="CodeLength">Bytes of code.</param>
/// <param name="StateLength">Bytes of state.</param>
internal readonly record struct ArchivedHead(ushort Contents, long ParametersLength, long CodeLength, long StateLength)
{
    public bool HasContract => (Contents & ArchivedLayout.ContractContent) != 0;

    public bool HasState => (Contents & ArchivedLayout.StateContent) != 0;

    public ArchivedRange Parameters => new(ArchivedLayout.HeadLength, ParametersLength);

    public ArchivedRange Code => After(Parameters, CodeLength);

    public ArchivedRange State => After(Code, StateLength);

    /// <summary>Bytes of the whole archive.</summary>
    public long TotalLength => After(State, 0).Offset;

    /// <summary>Reads and checks a head.</summary>
    /// <param name="bytes">At least 128.</param>
    /// <param name="head">Its numbers.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ArchivedHead head, out ArchiveError error)
    {
        bytes = bytes[..ArchivedLayout.HeadLength];
        head = new(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[ArchivedLayout.ContentsOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[ArchivedLayout.ParametersLengthOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[ArchivedLayout.CodeLengthOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[ArchivedLayout.StateLengthOffset..]));
        error = !bytes.StartsWith(ArchivedLayout.Magic)
            ? new ArchiveError(ArchiveErrorKind.NotAnArchive, 0)
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes[ArchivedLayout.VersionOffset..]) != ArchivedLayout.Version
            ? new ArchiveError(ArchiveErrorKind.UnknownVersion, ArchivedLayout.VersionOffset)
            : head.Contents is 0 or > (ArchivedLayout.ContractContent | ArchivedLayout.StateContent)
            ? new ArchiveError(ArchiveErrorKind.UnknownContent, ArchivedLayout.ContentsOffset)
            : head.CheckLengths(bytes[ArchivedLayout.CodeHashOffset..]);
        return !error.IsError;
    }

    /// <summary>Writes 128 bytes.</summary>
    public void Write(Span<byte> bytes, ContractKey key, CodeHash codeHash)
    {
        ArchivedLayout.Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[ArchivedLayout.VersionOffset..], ArchivedLayout.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[ArchivedLayout.ContentsOffset..], Contents);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[ArchivedLayout.ParametersLengthOffset..], ParametersLength);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[ArchivedLayout.CodeLengthOffset..], CodeLength);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[ArchivedLayout.StateLengthOffset..], StateLength);
        key.Write(bytes[ArchivedLayout.KeyOffset..]);
        codeHash.Write(bytes[ArchivedLayout.CodeHashOffset..]);
    }

    private static ArchivedRange After(ArchivedRange section, long length) =>
        new(section.End + ArchivedLayout.PaddingOf(section.Length), length);

    private ArchiveError CheckLengths(ReadOnlySpan<byte> codeHash)
    {
        long contractMax = HasContract ? ArchivedLayout.SectionLengthMax : 0;
        long stateMax = HasState ? ArchivedLayout.SectionLengthMax : 0;
        int wrong = (ulong)ParametersLength > (ulong)contractMax ? ArchivedLayout.ParametersLengthOffset
            : (ulong)CodeLength > (ulong)contractMax ? ArchivedLayout.CodeLengthOffset
            : (ulong)StateLength > (ulong)stateMax ? ArchivedLayout.StateLengthOffset
            : 0;
        if (wrong > 0)
        {
            return new ArchiveError(ArchiveErrorKind.BadLength, wrong);
        }

        return !HasContract && codeHash.ContainsAnyExcept((byte)0)
            ? new ArchiveError(ArchiveErrorKind.BadPadding, ArchivedLayout.CodeHashOffset)
            : default;
    }
}
