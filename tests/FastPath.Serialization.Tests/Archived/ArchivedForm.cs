using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>One form of archive, as the tests of all forms use it: views over any range of its bytes.</summary>
internal abstract class ArchivedForm(byte[] bytes)
{
    public static readonly ArchivedField[] Fields = Enum.GetValues<ArchivedField>();

    public byte[] Bytes { get; } = bytes;

    /// <summary>Asks a view of the first bytes for a field.</summary>
    public DecodeStatus Find(int prefixLength, ArchivedField field, out ArchivedRange range, out ArchiveError error) =>
        Find(Bytes.AsSpan(0, prefixLength), field, out range, out error);

    /// <summary>The bytes of a field, null when the first bytes do not hold them.</summary>
    public byte[]? Read(int prefixLength, ArchivedField field) => Read(Bytes.AsSpan(0, prefixLength), field);

    public abstract DecodeStatus Find(
        ReadOnlySpan<byte> prefix, ArchivedField field, out ArchivedRange range, out ArchiveError error);

    public abstract byte[]? Read(ReadOnlySpan<byte> prefix, ArchivedField field);

    /// <summary>Reads all of it into a contract.</summary>
    public abstract ContractContainer? ReadContract(out ArchiveError error);

    /// <summary>The same form with other bytes.</summary>
    public abstract ArchivedForm With(byte[] bytes);

    protected static DecodeStatus Find<TView>(
        TView view, ArchivedField field, out ArchivedRange range, out ArchiveError error)
        where TView : IArchivedView, allows ref struct => view.Find(field, out range, out error);

    protected static byte[]? Read<TView>(TView view, ArchivedField field)
        where TView : IArchivedView, allows ref struct
    {
        DecodeStatus status = view.Find(field, out ArchivedRange range, out _);
        DecodeStatus read = view.Read(field, out ReadOnlySpan<byte> bytes, out _);
        Assert.Equal(read == DecodeStatus.Done ? DecodeStatus.Done : status, status);
        Assert.True(read == DecodeStatus.Done ? bytes.Length == range.Length : bytes.IsEmpty);
        return read == DecodeStatus.Done ? bytes.ToArray() : null;
    }
}
