using System.Buffers.Binary;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;

namespace FastPath.Protocol.Operations;

/// <summary>
/// Metadata of a stream that carries a PUT or an update. Layout: purpose, transaction 16, update 16, hops to live, hops from
/// the origin, detours, flags, outline, bytes visited. Always shorter than the longest metadata.
/// </summary>
internal sealed record PutHeader
{
    private const int UpdateIdLength = 16;

    /// <summary>PutRequest, UpdateRequest or UpdateNotice.</summary>
    public required Purpose Purpose { get; init; }

    /// <summary>Of one attempt.</summary>
    public required UInt128 Transaction { get; init; }

    public required ContractOutline Contract { get; init; }

    /// <summary>Names an update over all its attempts and ways, so that nobody takes it twice; 0 for a PUT.</summary>
    public UInt128 UpdateId { get; init; }

    /// <summary>How many more nodes it may be passed to, one behind the other.</summary>
    public byte HopsToLive { get; init; }

    /// <summary>Hops between the receiver and the origin.</summary>
    public byte Depth { get; init; }

    /// <summary>How many steps it may still make that lead to no better node: it crosses so many local maxima.</summary>
    public byte Detours { get; init; }

    public OperationFlags Flags { get; init; }

    public VisitedNodes Visited { get; init; } = new();

    public bool IsUpdate => Purpose != Purpose.PutRequest;

    /// <summary>False for another purpose, and for what is no such header.</summary>
    public static bool TryRead(ReadOnlySpan<byte> metadata, out PutHeader? header)
    {
        header = null;
        var reader = new FrameReader(metadata);
        Purpose purpose = metadata.IsEmpty ? default : (Purpose)metadata[0];
        if (purpose is not (Purpose.PutRequest or Purpose.UpdateRequest or Purpose.UpdateNotice)
            || !OperationHeader.TryRead(ref reader, purpose, out UInt128 transaction)
            || !reader.TryReadBytes(UpdateIdLength, out ReadOnlySpan<byte> updateId)
            || !reader.TryReadByte(out byte hopsToLive)
            || !reader.TryReadByte(out byte depth)
            || !reader.TryReadByte(out byte detours)
            || !reader.TryReadByte(out byte flags)
            || !ContractOutline.TryRead(ref reader, out ContractOutline contract)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> visited))
        {
            return false;
        }

        header = new PutHeader
        {
            Purpose = purpose,
            Transaction = transaction,
            UpdateId = BinaryPrimitives.ReadUInt128BigEndian(updateId),
            HopsToLive = hopsToLive,
            Depth = depth,
            Detours = detours,
            Flags = (OperationFlags)flags,
            Contract = contract,
        };
        header.Visited.Merge(visited);
        return true;
    }

    /// <summary>What the next node is told.</summary>
    public PutHeader PassedTo(PeerKey next, byte detours)
    {
        byte hops = (byte)Math.Max(0, HopsToLive - 1);
        VisitedNodes visited = Visited.Copy();
        visited.Add(next, hops);
        return this with { HopsToLive = hops, Depth = (byte)Math.Min(byte.MaxValue, Depth + 1), Detours = detours, Visited = visited };
    }

    public byte[] ToBytes()
    {
        byte[] space = new byte[StreamOpenFrame.MetadataMax];
        var writer = new FrameWriter(space);
        OperationHeader.Write(ref writer, Purpose, Transaction);
        BinaryPrimitives.WriteUInt128BigEndian(writer.Reserve(UpdateIdLength), UpdateId);
        writer.WriteByte(HopsToLive);
        writer.WriteByte(Depth);
        writer.WriteByte(Detours);
        writer.WriteByte((byte)Flags);
        Contract.Write(ref writer);
        Visited.Write(ref writer);
        return space[..writer.Position];
    }
}
