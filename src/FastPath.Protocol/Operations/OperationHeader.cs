using System.Buffers.Binary;
using FastPath.Protocol.Frames;

namespace FastPath.Protocol.Operations;

/// <summary>What every message of an operation begins with: its purpose and the 16 bytes of its transaction.</summary>
internal static class OperationHeader
{
    public const int Length = 1 + TransactionLength;
    private const int TransactionLength = 16;

    /// <summary>False when it is another purpose, or too short.</summary>
    public static bool TryRead(ref FrameReader reader, Purpose purpose, out UInt128 transaction)
    {
        transaction = default;
        if (!reader.TryReadByte(out byte first)
            || first != (byte)purpose
            || !reader.TryReadBytes(TransactionLength, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        transaction = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    public static void Write(ref FrameWriter writer, Purpose purpose, UInt128 transaction)
    {
        writer.WriteByte((byte)purpose);
        BinaryPrimitives.WriteUInt128BigEndian(writer.Reserve(TransactionLength), transaction);
    }
}
