using FastPath.Protocol.Frames;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Metadata of a stream that carries a contract. Layout: purpose, transaction 16, key 64.</summary>
/// <remarks>The key is a claim until the content was verified against it.</remarks>
internal readonly record struct ContractStreamHeader(Purpose Purpose, UInt128 Transaction, ContractKey Key)
{
    public const int Length = OperationHeader.Length + ContractKey.Length;

    public static bool TryRead(ReadOnlySpan<byte> metadata, Purpose purpose, out ContractStreamHeader header)
    {
        header = default;
        var reader = new FrameReader(metadata);
        if (!OperationHeader.TryRead(ref reader, purpose, out UInt128 transaction)
            || !reader.TryReadBytes(ContractKey.Length, out ReadOnlySpan<byte> key))
        {
            return false;
        }

        header = new ContractStreamHeader(purpose, transaction, ContractKey.Read(key));
        return true;
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        var writer = new FrameWriter(bytes);
        OperationHeader.Write(ref writer, Purpose, Transaction);
        Key.Write(writer.Reserve(ContractKey.Length));
        return bytes;
    }
}
