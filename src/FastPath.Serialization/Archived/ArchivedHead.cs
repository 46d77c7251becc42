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

    // Where the first length stands that cannot be; 0 when there is none.
    private int WrongLength
    {
        get
        {
            ulong contractMax = HasContract ? ArchivedLayout.SectionLengthMax : 0;
            ulong stateMax = HasState ? ArchivedLayout.SectionLengthMax : 0;
            return (ulong)ParametersLength > contractMax ? ArchivedLayout.ParametersLengthOffset
                : (ulong)CodeLength > contractMax ? ArchivedLayout.CodeLengthOffset
                : (ulong)StateLength > stateMax ? ArchivedLayout.StateLengthOffset
                : 0;
        }
    }

    /// <summary>Reads and checks a head.</summary>
    /// <param name="bytes">At least 128.</param>
    /// <param name="head">Its numbers.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ArchivedHead head, out ArchiveError error)
    {
        bytes = bytes[..ArchivedLayout.HeadLength];
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[ArchivedLayout.VersionOffset..]);
        head = new(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[ArchivedLayout.ContentsOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[ArchivedLayout.ParametersLengthOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[ArchivedLayout.CodeLengthOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[ArchivedLayout.StateLengthOffset..]));
        error = default;
        if (!bytes.StartsWith(ArchivedLayout.Magic))
        {
            error = new(ArchiveErrorKind.NotAnArchive, 0);
        }
        else if (version != ArchivedLayout.Version)
        {
            error = new(ArchiveErrorKind.UnknownVersion, ArchivedLayout.VersionOffset);
        }
        else if (head.Contents is 0 or > (ArchivedLayout.ContractContent | ArchivedLayout.StateContent))
        {
            error = new(ArchiveErrorKind.UnknownContent, ArchivedLayout.ContentsOffset);
        }
        else if (head.WrongLength is var wrong and > 0)
        {
            error = new(ArchiveErrorKind.BadLength, wrong);
        }
        else if (!head.HasContract && bytes[ArchivedLayout.CodeHashOffset..].ContainsAnyExcept((byte)0))
        {
            error = new(ArchiveErrorKind.BadPadding, ArchivedLayout.CodeHashOffset);
        }

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
}
