using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived;

/// <summary>
/// Reads FastPath's archived form in place. The first 128 bytes are enough for all but the sections themselves.
/// </summary>
/// <remarks>
/// The head is checked once; after that fields are read where they lie, and no length is looked at again.
/// </remarks>
internal readonly ref struct ArchivedContractView : IArchivedView
{
    private readonly ReadOnlySpan<byte> _prefix;

    private ArchivedContractView(ReadOnlySpan<byte> prefix, ArchivedHead head)
    {
        _prefix = prefix;
        Head = head;
    }

    public ArchivedHead Head { get; }

    /// <summary>The 64 bytes of the key.</summary>
    public ReadOnlySpan<byte> KeyBytes => FixedBytes(ArchivedLayout.KeyOffset, ContractKey.Length);

    public ContractKey Key => ContractKey.Read(KeyBytes);

    /// <summary>The hash that stands beside the code; zero without a contract.</summary>
    public CodeHash CodeHash => CodeHash.Read(FixedBytes(ArchivedLayout.CodeHashOffset, CodeHash.Length));

    /// <summary>Opens an archive, or the first bytes of one.</summary>
    /// <param name="prefix">At least the head; else more data is needed.</param>
    /// <param name="view">Valid as long as the prefix is.</param>
    /// <param name="error">What is wrong, when the archive is malformed.</param>
    /// <param name="totalLength">Bytes of the whole archive, when known: must be what the head says.</param>
    public static DecodeStatus TryRead(
        ReadOnlySpan<byte> prefix, out ArchivedContractView view, out ArchiveError error, long? totalLength = null)
    {
        view = default;
        error = default;
        if (prefix.Length < ArchivedLayout.HeadLength)
        {
            return DecodeStatus.NeedMoreData;
        }

        if (!ArchivedHead.TryRead(prefix, out ArchivedHead head, out error)
            || (totalLength is { } announced && !CheckLength(head, announced, out error))
            || (prefix.Length > ArchivedLayout.HeadLength && !CheckPadding(prefix, head, out error)))
        {
            return DecodeStatus.Malformed;
        }

        view = new(prefix, head);
        return DecodeStatus.Done;
    }

    public DecodeStatus Find(ArchivedField field, out ArchivedRange range, out ArchiveError error)
    {
        bool isThere = field == ArchivedField.State ? Head.HasState
            : Head.HasContract || field is ArchivedField.KeyInstance or ArchivedField.KeyCode;
        range = !isThere ? default : field switch
        {
            ArchivedField.KeyInstance => new(ArchivedLayout.KeyOffset, ContractInstanceId.Length),
            ArchivedField.KeyCode => new(ArchivedLayout.KeyOffset + ContractInstanceId.Length, CodeHash.Length),
            ArchivedField.CodeHash => new(ArchivedLayout.CodeHashOffset, CodeHash.Length),
            ArchivedField.Parameters => Head.Parameters,
            ArchivedField.Code => Head.Code,
            _ => Head.State,
        };
        error = isThere ? default : new ArchiveError(ArchiveErrorKind.MissingField, ArchivedLayout.ContentsOffset);
        return isThere ? DecodeStatus.Done : DecodeStatus.Malformed;
    }

    public DecodeStatus Read(ArchivedField field, out ReadOnlySpan<byte> bytes, out ArchiveError error)
    {
        DecodeStatus status = Find(field, out ArchivedRange range, out error);
        bool isThere = range.TrySlice(_prefix, 0, out bytes);
        return status == DecodeStatus.Done && !isThere ? DecodeStatus.NeedMoreData : status;
    }

    private static bool CheckLength(in ArchivedHead head, long announced, out ArchiveError error)
    {
        long written = head.TotalLength;
        error = announced == written ? default
            : announced < written ? new(ArchiveErrorKind.Truncated, announced)
            : new(ArchiveErrorKind.TrailingBytes, written);
        return !error.IsError;
    }

    // Only as far as the padding has come.
    private static bool CheckPadding(ReadOnlySpan<byte> prefix, in ArchivedHead head, out ArchiveError error)
    {
        foreach (ArchivedRange section in (ReadOnlySpan<ArchivedRange>)[head.Parameters, head.Code, head.State])
        {
            if (section.End >= prefix.Length)
            {
                break;
            }

            ReadOnlySpan<byte> rest = prefix[(int)section.End..];
            int bad = rest[..Math.Min(ArchivedLayout.PaddingOf(section.Length), rest.Length)].IndexOfAnyExcept((byte)0);
            if (bad >= 0)
            {
                error = new ArchiveError(ArchiveErrorKind.BadPadding, section.End + bad);
                return false;
            }
        }

        error = default;
        return true;
    }

    // SAFETY: the only constructor is called by TryRead, with a prefix of at least a head; callers pass constant ranges
    // inside the head. A default view has an empty prefix and no head, and is never given out as Done.
    private ReadOnlySpan<byte> FixedBytes(int offset, int length) =>
        MemoryMarshal.CreateReadOnlySpan(
            ref Unsafe.Add(ref MemoryMarshal.GetReference(_prefix), offset), length);
}
