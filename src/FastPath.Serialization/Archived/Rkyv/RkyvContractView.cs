using System.Buffers.Binary;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived.Rkyv;

/// <summary>Reads a contract from an rkyv archive in place. The root lies last: nothing is known before it.</summary>
internal readonly ref struct RkyvContractView : IArchivedView
{
    private readonly ReadOnlySpan<byte> _window;
    private readonly long _windowStart;
    private readonly long _totalLength;
    private readonly RkyvLayout _layout;

    /// <param name="window">Some bytes of the archive: all, the first or the last ones.</param>
    /// <param name="windowStart">Where they begin, from the start of the archive.</param>
    /// <param name="totalLength">Bytes of the whole archive.</param>
    /// <param name="layout">Order of the fields, which the archive does not tell.</param>
    public RkyvContractView(ReadOnlySpan<byte> window, long windowStart, long totalLength, RkyvLayout layout)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(windowStart);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalLength, windowStart + window.Length);
        ArgumentNullException.ThrowIfNull(layout);
        _window = window;
        _windowStart = windowStart;
        _totalLength = totalLength;
        _layout = layout;
    }

    private long Root => _totalLength - _layout.RootLength;

    /// <summary>Reads a whole archive; bodies are slices of it.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> archive, RkyvLayout layout, out ContractContainer? contract, out ArchiveError error) =>
        ArchivedBodies.TryRead(
            archive, new RkyvContractView(archive.Span, 0, archive.Length, layout), out contract, out error);

    public DecodeStatus Find(ArchivedField field, out ArchivedRange range, out ArchiveError error)
    {
        range = default;
        DecodeStatus status = CheckRoot(out error);
        if (status != DecodeStatus.Done)
        {
            return status;
        }

        switch (field)
        {
            case ArchivedField.KeyInstance:
                range = new(Root + _layout.Key, ContractInstanceId.Length);
                return status;
            case ArchivedField.KeyCode:
                range = new(Root + _layout.Key + ContractInstanceId.Length, CodeHash.Length);
                return status;
            case ArchivedField.CodeHash:
                range = new(Root + _layout.CodeHash, CodeHash.Length);
                return status;
            case ArchivedField.Parameters:
                return FindVector(Root + _layout.Parameters, out range, out error);
            case ArchivedField.Code:
                return FindVector(Root + _layout.Code, out range, out error);
            default:
                return Fail(ArchiveErrorKind.MissingField, Root, out error);
        }
    }

    public DecodeStatus Read(ArchivedField field, out ReadOnlySpan<byte> bytes, out ArchiveError error)
    {
        DecodeStatus status = Find(field, out ArchivedRange range, out error);
        bool isThere = range.TrySlice(_window, _windowStart, out bytes);
        return status == DecodeStatus.Done && !isThere ? DecodeStatus.NeedMoreData : status;
    }

    private static DecodeStatus Fail(ArchiveErrorKind kind, long offset, out ArchiveError error)
    {
        error = new ArchiveError(kind, offset);
        return DecodeStatus.Malformed;
    }

    // Done when all of the root is there and its tags are known.
    private DecodeStatus CheckRoot(out ArchiveError error)
    {
        error = default;
        long root = Root;
        if (root < 0)
        {
            return Fail(ArchiveErrorKind.Truncated, 0, out error);
        }

        if (root % sizeof(uint) != 0)
        {
            return Fail(ArchiveErrorKind.BadLength, root, out error);
        }

        var range = new ArchivedRange(root, _layout.RootLength);
        if (!range.TrySlice(_window, _windowStart, out ReadOnlySpan<byte> bytes))
        {
            return DecodeStatus.NeedMoreData;
        }

        for (int tag = 0; tag < _layout.TagCount * RkyvLayout.TagLength; tag += RkyvLayout.TagLength)
        {
            if (bytes[tag] != 0)
            {
                return Fail(ArchiveErrorKind.UnknownContent, root + tag, out error);
            }
        }

        return DecodeStatus.Done;
    }

    // Vectors lie in front of the root. Only called when the root is there.
    private DecodeStatus FindVector(long at, out ArchivedRange range, out ArchiveError error)
    {
        error = default;
        range = default;
        ReadOnlySpan<byte> vector = _window[(int)(at - _windowStart)..];
        long start = at + BinaryPrimitives.ReadInt32LittleEndian(vector);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(vector[sizeof(int)..]);
        if (start < 0 || start > Root)
        {
            return Fail(ArchiveErrorKind.BadOffset, at, out error);
        }

        if (length > Root - start)
        {
            return Fail(ArchiveErrorKind.BadLength, at + sizeof(int), out error);
        }

        range = new(start, length);
        return DecodeStatus.Done;
    }
}
