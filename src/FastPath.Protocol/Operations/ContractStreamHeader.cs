using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Operations;

/// <summary>Metadata of a stream that answers a GET. Layout: purpose, transaction 16, outline.</summary>
internal readonly record struct ContractStreamHeader(Purpose Purpose, UInt128 Transaction, ContractOutline Contract)
{
    /// <summary>False for another purpose, and for what is no such header.</summary>
    public static bool TryRead(ReadOnlySpan<byte> metadata, Purpose purpose, out ContractStreamHeader header)
    {
        header = default;
        var reader = new FrameReader(metadata);
        if (!OperationHeader.TryRead(ref reader, purpose, out UInt128 transaction)
            || !ContractOutline.TryRead(ref reader, out ContractOutline contract))
        {
            return false;
        }

        header = new ContractStreamHeader(purpose, transaction, contract);
        return true;
    }

    public byte[] ToBytes()
    {
        byte[] space = new byte[OperationHeader.Length + ContractOutline.EncodedLengthMax];
        var writer = new FrameWriter(space);
        OperationHeader.Write(ref writer, Purpose, Transaction);
        Contract.Write(ref writer);
        return space[..writer.Position];
    }
}
