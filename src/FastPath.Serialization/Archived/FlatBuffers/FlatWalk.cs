using System.Buffers.Binary;
using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Archived.FlatBuffers;

/// <summary>
/// Follows the offsets of a FlatBuffer of which a prefix is there. Every offset is checked before it is followed; the
/// first failure is kept, and everything after it is zero.
/// </summary>
/// <remarks>
/// Little-endian. A table begins with an i32 back to its vtable {u16 size, u16 table size, u16 offset of each field, 0
/// for an absent one}; tables and vectors are referred to by u32 forward offsets; a vector begins with its u32 length.
/// The walk has no loop, so no buffer makes it long.
/// </remarks>
internal ref struct FlatWalk
{
    private const int VtableHead = 2 * sizeof(ushort);

    private readonly ReadOnlySpan<byte> _prefix;
    private readonly long _totalLength;

    public FlatWalk(ReadOnlySpan<byte> prefix, long totalLength)
    {
        _prefix = prefix;
        _totalLength = totalLength;
        Status = DecodeStatus.Done;
        if (totalLength > int.MaxValue)
        {
            Fail(ArchiveErrorKind.BadLength, 0);
        }
    }

    /// <summary>Done as long as every step was possible.</summary>
    public DecodeStatus Status { get; private set; }

    public ArchiveError Error { get; private set; }

    /// <summary>Position of the root table.</summary>
    public long Root() => Follow(0);

    /// <summary>Position of the table that a field refers to.</summary>
    public long Table(long table, int slot) => Follow(Field(table, slot, sizeof(uint)));

    /// <summary>Position of the table in a union; its type must be this one.</summary>
    /// <param name="table">The table with the union.</param>
    /// <param name="typeSlot">Field of the type; the value is the next one.</param>
    /// <param name="type">The type that is known.</param>
    public long Union(long table, int typeSlot, byte type)
    {
        long at = Field(table, typeSlot, sizeof(byte));
        if (Take(at, sizeof(byte)) is [var actual] && actual != type)
        {
            Fail(ArchiveErrorKind.UnknownContent, at);
        }

        return Table(table, typeSlot + 1);
    }

    /// <summary>The bytes of a vector, without its length.</summary>
    public ArchivedRange Vector(long table, int slot)
    {
        long at = Follow(Field(table, slot, sizeof(uint)));
        uint length = U32(at);
        at += sizeof(uint);
        if (length > _totalLength - at)
        {
            Fail(ArchiveErrorKind.BadLength, at - sizeof(uint));
        }

        return Status == DecodeStatus.Done ? new(at, length) : default;
    }

    /// <summary>The bytes of a vector that has one length only.</summary>
    public ArchivedRange Vector(long table, int slot, int length)
    {
        ArchivedRange range = Vector(table, slot);
        if (range.Length != length)
        {
            Fail(ArchiveErrorKind.BadLength, range.Offset - sizeof(uint));
        }

        return Status == DecodeStatus.Done ? range : default;
    }

    /// <summary>The field is not part of such a buffer.</summary>
    public ArchivedRange Missing()
    {
        Fail(ArchiveErrorKind.MissingField, 0);
        return default;
    }

    // Position of a field that lies inside its table.
    private long Field(long table, int slot, int size)
    {
        long vtable = table - (int)U32(table);
        if (vtable < 0 || vtable % sizeof(ushort) != 0 || vtable > _totalLength - VtableHead)
        {
            Fail(ArchiveErrorKind.BadOffset, table);
        }

        int vtableSize = U16(vtable);
        int tableSize = U16(vtable + sizeof(ushort));
        long entry = vtable + VtableHead + (slot * sizeof(ushort));
        if (vtableSize < VtableHead || vtableSize % sizeof(ushort) != 0 || vtableSize > _totalLength - vtable)
        {
            Fail(ArchiveErrorKind.BadLength, vtable);
        }
        else if (tableSize < sizeof(int) || tableSize > _totalLength - table)
        {
            Fail(ArchiveErrorKind.BadLength, vtable + sizeof(ushort));
        }

        int offset = entry < vtable + vtableSize ? U16(entry) : 0;
        if (offset == 0)
        {
            Fail(ArchiveErrorKind.MissingField, entry);
        }
        else if (offset < sizeof(int) || offset + size > tableSize || (table + offset) % size != 0)
        {
            Fail(ArchiveErrorKind.BadOffset, entry);
        }

        return table + offset;
    }

    // Where the offset at this position leads: to a table or a vector, both of which begin with four bytes.
    private long Follow(long at)
    {
        uint offset = U32(at);
        long target = at + offset;
        if (offset == 0 || target > _totalLength - sizeof(uint) || target % sizeof(uint) != 0)
        {
            Fail(ArchiveErrorKind.BadOffset, at);
        }

        return target;
    }

    private ushort U16(long at) =>
        Take(at, sizeof(ushort)) is { IsEmpty: false } bytes
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
            : (ushort)0;

    private uint U32(long at) =>
        Take(at, sizeof(uint)) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    // Empty after a failure, and when the bytes are not there.
    private ReadOnlySpan<byte> Take(long at, int length)
    {
        if (Status == DecodeStatus.Done && at >= 0 && at <= _prefix.Length - length)
        {
            return _prefix.Slice((int)at, length);
        }

        if (at < 0 || at > _totalLength - length)
        {
            Fail(ArchiveErrorKind.BadOffset, at);
        }

        Status = Status == DecodeStatus.Done ? DecodeStatus.NeedMoreData : Status;
        return default;
    }

    private void Fail(ArchiveErrorKind kind, long offset)
    {
        if (Status == DecodeStatus.Done)
        {
            Status = DecodeStatus.Malformed;
            Error = new ArchiveError(kind, offset);
        }
    }
}
