using FastPath.Protocol.Frames;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Asks a node for a contract. Layout: purpose, transaction 16, instance 32, hops to live, depth, form, flags, resume point, bytes visited.</summary>
internal readonly ref struct GetRequest
{
    public UInt128 Transaction { get; init; }

    public ContractInstanceId Instance { get; init; }

    /// <summary>How many more nodes may be asked one behind the other.</summary>
    public byte HopsToLive { get; init; }

    /// <summary>Hops between the receiver and the origin, which is where the bytes will end.</summary>
    public byte Depth { get; init; }

    /// <summary>The form that the answer should have; every node on the way reads it.</summary>
    public ContractForm Form { get; init; }

    public OperationFlags Flags { get; init; }

    /// <summary>What the origin has already of one payload of this contract.</summary>
    public ResumePoint Resume { get; init; }

    /// <summary>Entries of <see cref="VisitedNodes"/>.</summary>
    public ReadOnlySpan<byte> Visited { get; init; }

    public static bool TryRead(ReadOnlySpan<byte> message, out GetRequest request)
    {
        request = default;
        var reader = new FrameReader(message);
        if (!OperationHeader.TryRead(ref reader, Purpose.GetRequest, out UInt128 transaction)
            || !reader.TryReadBytes(ContractInstanceId.Length, out ReadOnlySpan<byte> instance)
            || !reader.TryReadByte(out byte hopsToLive)
            || !reader.TryReadByte(out byte depth)
            || !reader.TryReadByte(out byte form)
            || form > (byte)ContractForm.Archived
            || !reader.TryReadByte(out byte flags)
            || !ResumePoint.TryRead(ref reader, out ResumePoint resume)
            || !reader.TryReadBlock(out ReadOnlySpan<byte> visited))
        {
            return false;
        }

        request = new GetRequest
        {
            Transaction = transaction,
            Instance = ContractInstanceId.Read(instance),
            HopsToLive = hopsToLive,
            Depth = depth,
            Form = (ContractForm)form,
            Flags = (OperationFlags)flags,
            Resume = resume,
            Visited = visited,
        };
        return true;
    }

    public static int Write(
        Span<byte> space,
        UInt128 transaction,
        ContractInstanceId instance,
        byte hopsToLive,
        byte depth,
        ContractForm form,
        OperationFlags flags,
        in ResumePoint resume,
        VisitedNodes visited)
    {
        var writer = new FrameWriter(space);
        OperationHeader.Write(ref writer, Purpose.GetRequest, transaction);
        instance.Write(writer.Reserve(ContractInstanceId.Length));
        writer.WriteByte(hopsToLive);
        writer.WriteByte(depth);
        writer.WriteByte((byte)form);
        writer.WriteByte((byte)flags);
        resume.Write(ref writer);
        visited.Write(ref writer);
        return writer.Position;
    }
}
