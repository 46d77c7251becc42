using System.Buffers.Binary;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived.FlatBuffers;

/// <summary>A state as a FlatBuffer: <c>table WrappedState { bytes:[ubyte]; }</c>, 24 bytes and the state.</summary>
internal static class FlatState
{
    private const int BytesSlot = 0;

    private static ReadOnlySpan<byte> Front => [12, 0, 0, 0, 0, 0, 6, 0, 8, 0, 4, 0, 6, 0, 0, 0, 4, 0, 0, 0];

    /// <exception cref="ArgumentException">Above 2 GiB: offsets of FlatBuffers have 31 bits.</exception>
    public static StreamingSerializer Start(WrappedState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        long length = state.Bytes.Length;
        if (length > int.MaxValue - Front.Length - (2 * sizeof(uint)))
        {
            throw new ArgumentException("A FlatBuffer has less than 2 GiB.", nameof(state));
        }

        var to = new BincodeWriter();
        Front.CopyTo(to.Reserve(Front.Length));
        to.U32((uint)length);
        to.RawBody(state.Bytes);
        to.Reserve((int)(-length & (sizeof(uint) - 1))).Clear();
        return to.Finish();
    }

    /// <summary>Finds the state in a buffer of which a prefix is there.</summary>
    public static DecodeStatus Find(
        ReadOnlySpan<byte> prefix, long totalLength, out ArchivedRange range, out ArchiveError error)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalLength, prefix.Length);
        var walk = new FlatWalk(prefix, totalLength);
        range = walk.Vector(walk.Root(), BytesSlot);
        error = walk.Error;
        return walk.Status;
    }

    /// <summary>Reads a whole buffer; the body is a slice of it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> buffer, out WrappedState? state, out ArchiveError error)
    {
        bool isRead = Find(buffer.Span, buffer.Length, out ArchivedRange range, out error) == DecodeStatus.Done;
        state = isRead ? new(new MemoryBody(buffer.Slice((int)range.Offset, (int)range.Length))) : null;
        return isRead;
    }
}
