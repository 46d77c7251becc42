using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Operations;

/// <summary>The short messages of an operation. Layout: purpose, transaction 16, status, bytes visited.</summary>
/// <remarks>GET_FAILED and PUT_RESULT carry both; GET_CANCEL, GET_PROGRESS and PUT_PROGRESS neither (zero and empty).</remarks>
internal readonly ref struct OperationNotice
{
    public UInt128 Transaction { get; init; }

    public OperationStatus Status { get; init; }

    /// <summary>Entries of <see cref="VisitedNodes"/>: whom the branch that ended has asked.</summary>
    public ReadOnlySpan<byte> Visited { get; init; }

    public static bool TryRead(ReadOnlySpan<byte> message, Purpose purpose, out OperationNotice notice)
    {
        notice = default;
        var reader = new FrameReader(message);
        if (!OperationHeader.TryRead(ref reader, purpose, out UInt128 transaction)
            || !reader.TryReadByte(out byte status)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> visited))
        {
            return false;
        }

        notice = new OperationNotice { Transaction = transaction, Status = (OperationStatus)status, Visited = visited };
        return true;
    }

    public static int Write(
        Span<byte> space, Purpose purpose, UInt128 transaction, OperationStatus status, VisitedNodes? visited = null)
    {
        var writer = new FrameWriter(space);
        OperationHeader.Write(ref writer, purpose, transaction);
        writer.WriteByte((byte)status);
        if (visited is null)
        {
            writer.WriteVarInt(0);
        }
        else
        {
            visited.Write(ref writer);
        }

        return writer.Position;
    }
}
